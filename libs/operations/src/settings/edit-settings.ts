import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  FailedError,
  RefusedError,
  SettingsError,
  type TenantName,
  UsageError,
  requireTenant,
} from '#libs/settings';
import { editFile } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { judgeOverlay } from '../fleet.js';
import { errorText } from '../outcome.js';
import { type ChangeOptions, type Changed, changeOverlay, shellWord } from './change-settings.js';
import { readOverlay, versionsFolder } from './overlay-file.js';

export interface EditRequest extends ChangeOptions {
  readonly tenant: string;
  /** Takes the new text from this file instead of opening an editor. */
  readonly from?: string | undefined;
  readonly cwd: string;
  /** Undefined without a terminal: then nobody can edit. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

export class NoTerminal extends RefusedError {
  override readonly code = 'NO_TERMINAL';
}

export class OverlayChangedMeanwhile extends RefusedError {
  override readonly code = 'OVERLAY_CHANGED_MEANWHILE';
}

export class EditingFailed extends FailedError {
  override readonly code = 'EDITING_FAILED';
}

/**
 * Opens a tenant's overlay in `$VISUAL` or `$EDITOR`, and writes what comes back once it is good. What was typed is
 * never lost: a text that is refused stays in a draft, which the error names. No terminal is exit 4.
 */
export async function editSettings(dependencies: Dependencies, request: EditRequest): Promise<Changed> {
  const tenant = requireTenant(dependencies.home.paths, request.tenant);
  if (request.from !== undefined) {
    const text = readGiven(resolve(request.cwd, request.from));
    return write(dependencies, tenant, { ...request, text, base: undefined });
  }
  const { ask } = request;
  if (ask === undefined) {
    throw new NoTerminal('settings edit: needs a terminal, and there is none.', {
      hint: `Use \`tenantry settings set ${tenant} KEY VALUE\`, or --from FILE.`,
    });
  }
  const base = readOverlay(dependencies.home.paths, tenant);
  const draft = makeDraft(dependencies, tenant, base);
  const text = await editUntilGood(dependencies, tenant, { draft, ask });
  try {
    const changed = await write(dependencies, tenant, { ...request, text, base });
    rmSync(draft);
    return changed;
  } catch (error) {
    throw refusal(error, tenant, draft);
  }
}

function readGiven(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--from: ${file} cannot be read.`, { hint: 'Name a readable file.', cause: error });
  }
}

function makeDraft({ home, now }: Dependencies, tenant: TenantName, text: string): string {
  const folder = versionsFolder(home.paths, tenant);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const time = now().toISOString().replaceAll(/[-:.]/g, '');
  const draft = join(folder, `draft-${time}-${randomBytes(2).toString('hex')}.yaml`);
  writeFileSync(draft, text, { mode: 0o640, flag: 'wx' });
  return draft;
}

interface Draft {
  readonly draft: string;
  readonly ask: (question: string) => Promise<string>;
}

async function editUntilGood(
  dependencies: Dependencies,
  tenant: TenantName,
  { draft, ask }: Draft,
): Promise<string> {
  const { env, report } = dependencies;
  const editor = env['VISUAL'] || env['EDITOR'] || 'vi';
  for (;;) {
    const code = await editFile({ editor, file: draft, env });
    if (code !== 0) {
      const failed = new EditingFailed(`settings edit: ${editor} ended with exit code ${code}.`);
      throw refusal(failed, tenant, draft);
    }
    const text = readFileSync(draft, 'utf8');
    try {
      await judgeOverlay(dependencies, tenant, text);
      return text;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw refusal(error, tenant, draft);
      report.failed(errorText(error));
      const answer = await ask('Edit again? [Y/n] ');
      if (/^n/i.test(answer.trim())) throw refusal(error, tenant, draft);
    }
  }
}

interface Writing extends ChangeOptions {
  readonly text: string;
  /** What the operator started from; undefined where that does not matter. */
  readonly base: string | undefined;
}

function write(
  dependencies: Dependencies,
  tenant: TenantName,
  { text, base, ...options }: Writing,
): Promise<Changed> {
  return changeOverlay(dependencies, tenant, {
    ...{ plan: options.plan, noRestart: options.noRestart },
    event: 'settings edited',
    details: {},
    change: (overlay) => {
      if (base === undefined || overlay === base) return text;
      throw new OverlayChangedMeanwhile(`${tenant}: somebody else has changed the overlay meanwhile.`, {
        tenant,
      });
    },
    undo: () => undefined,
  });
}

/** The same error, which also says where the operator's text is. */
function refusal(error: unknown, tenant: TenantName, draft: string): unknown {
  const kept = `Nothing was written. Your text is kept: tenantry settings edit ${tenant} --from ${shellWord(draft)}`;
  const details = { tenant, hint: kept, cause: error };
  if (error instanceof SettingsError) {
    return new SettingsError(error.message, { ...details, file: error.file, line: error.line });
  }
  if (error instanceof RefusedError) return new RefusedError(error.message, details);
  return new FailedError(errorText(error), details);
}
