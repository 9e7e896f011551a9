import { join } from 'node:path';
import { TenantryError, UsageError } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { chmodTo, modeOf, octal } from './check-files.js';
import { found, type Found } from './finding.js';

export interface HomeToOpen {
  /** Its folder; throws NoHome where there is none. */
  readonly find: () => string;
  readonly open: () => Promise<Dependencies>;
}

/** A home that can be worked with, and what was found before it was opened. */
export interface OpenedHome {
  readonly dependencies: Dependencies | undefined;
  readonly findings: readonly Found[];
}

/** What is wrong with its own files keeps every other command from beginning; it is a finding here. */
export async function openExamined({ find, open }: HomeToOpen): Promise<OpenedHome> {
  const secrets = readableSecrets(find());
  try {
    return { dependencies: await open(), findings: [...secrets] };
  } catch (error) {
    if (!(error instanceof TenantryError) || error instanceof UsageError) throw error;
    if (secrets.length > 0 && error.message.includes('secrets.yaml')) {
      return { dependencies: undefined, findings: secrets };
    }
    const fix = error.hint ?? 'Correct it, then run doctor again.';
    const where = error.file ?? 'tenantry.yaml';
    const what = error.message.replace(/\.$/, '');
    return { dependencies: undefined, findings: [...secrets, found('home-broken', { where, what, fix })] };
  }
}

function readableSecrets(home: string): Found[] {
  const file = join(home, 'secrets.yaml');
  const mode = modeOf(file);
  if (mode === undefined || (mode & 0o077) === 0) return [];
  const what = 'holds the passwords of the servers and can be read by others: expected mode 0600';
  const repair = chmodTo(file, { tenant: null, mode: 0o600, where: 'secrets.yaml' });
  return [found('home-secrets-readable', { where: 'secrets.yaml', what, found: octal(mode), repair })];
}
