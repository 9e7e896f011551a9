import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  FailedError,
  type HomePaths,
  namesIn,
  RefusedError,
  type TenantName,
  writeFileAtomically,
} from '#libs/settings';
import type { MovedTenant } from './move-facts.js';
import type { DeletedTenant } from './trash.js';
import type { RenamedTenant } from './rename-facts.js';

/** What each verb has to know to be finished, or undone, by whoever comes after it. */
export interface VerbFacts {
  readonly delete: DeletedTenant;
  readonly undelete: DeletedTenant;
  readonly purge: DeletedTenant;
  readonly rename: RenamedTenant;
  readonly move: MovedTenant;
}

export type LifecycleVerb = keyof VerbFacts;

/** `state/lifecycle/<tenant>.json`: there while a verb is at work on the tenant, or was cut off. */
export interface JournalOf<Verb extends LifecycleVerb> {
  readonly format: 1;
  readonly run: string;
  readonly verb: Verb;
  readonly tenant: TenantName;
  /** As typed. */
  readonly command: string;
  readonly startedAt: string;
  /** The step that was begun; null before the first. */
  readonly step: string | null;
  /** `back`: something failed, and what was done is being undone. */
  readonly direction: 'forward' | 'back';
  readonly facts: VerbFacts[Verb];
}

export type LifecycleJournal = { [Verb in LifecycleVerb]: JournalOf<Verb> }[LifecycleVerb];

export class Unfinished extends RefusedError {
  override readonly code = 'UNFINISHED';
}

export class UnreadableJournal extends FailedError {
  override readonly code = 'UNREADABLE_JOURNAL';
}

type Paths = Pick<HomePaths, 'state'>;

export function writeJournal(paths: Paths, journal: LifecycleJournal): void {
  writeFileAtomically(
    journalFile(paths, journal.tenant),
    `${JSON.stringify(journal, undefined, 1)}\n`,
    0o640,
  );
}

/** Throws UnreadableJournal (exit 1): what it would say may not be guessed. */
export function readJournal(paths: Paths, tenant: string): LifecycleJournal | undefined {
  const file = journalFile(paths, tenant);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LifecycleJournal;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UnreadableJournal(`${file}: cannot be read.`, {
      ...{ tenant, cause: error },
      hint: 'It says what was being done to the tenant: look into it before you remove it.',
    });
  }
}

export function removeJournal(paths: Paths, tenant: string): void {
  rmSync(journalFile(paths, tenant), { force: true });
}

/** Of all tenants with which a verb was begun and is not over; sorted by tenant. `doctor` names what cannot be read. */
export function unfinishedWork(paths: Paths): LifecycleJournal[] {
  const names = namesIn(folderOf(paths)).flatMap((file) => /^([a-z][a-z0-9-]*)\.json$/.exec(file)?.[1] ?? []);
  return names.toSorted().flatMap((tenant) => {
    try {
      return readJournal(paths, tenant) ?? [];
    } catch {
      return [];
    }
  });
}

/** Throws Unfinished (exit 4) where a verb was cut off half way: what the tenant is then, nobody may guess. */
export function refuseUnfinished(paths: Paths, tenant: string): void {
  const journal = readJournal(paths, tenant);
  if (journal !== undefined) throw notOver(journal);
}

/** What to say of it, and how it goes on. */
export function notOver(journal: LifecycleJournal): Unfinished {
  const { tenant } = journal;
  const at = journal.step === null ? 'before its first step' : `at its step "${journal.step}"`;
  return new Unfinished(
    `${tenant}: "${journal.command}" is not over: it is at work, or was cut off, ${at} (run ${journal.run}).`,
    {
      tenant,
      hint: `To finish it, run: tenantry tenant recover ${tenant}${hasWayBack(journal) ? `. To undo it: tenantry tenant recover ${tenant} --undo` : ''}`,
    },
  );
}

/** A purge has none: what it has removed is gone. */
export function hasWayBack({ verb }: Pick<LifecycleJournal, 'verb'>): boolean {
  return verb !== 'purge';
}

function journalFile(paths: Paths, tenant: string): string {
  return join(folderOf(paths), `${tenant}.json`);
}

function folderOf({ state }: Paths): string {
  return join(state, 'lifecycle');
}
