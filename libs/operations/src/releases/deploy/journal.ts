import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HomePaths, namesIn, UsageError, writeFileAtomically } from '#libs/settings';
import { errorText } from '../../outcome.js';
import type { Report } from '../../report.js';
import type { Share } from '../../migrations/waves.js';
import type { Runner } from '../../runs/run-entries.js';

/** In this order; each is written down before it begins. A canary goes by `canary` instead of those up to `roll`. */
export const deploySteps = [
  ...(['pre-deploy', 'canary', 'migrate', 'post-migrate', 'flip', 'post-flip', 'roll', 'post-deploy'] as const),
  'done' as const,
];
export type DeployStep = (typeof deploySteps)[number];

/**
 * `running`: at work, or cut off; `paused`: the canary runs the release, the others wait; `stopped`: a tenant or a hook
 * failed, or somebody interrupted it; `replaced`: another deploy began before it was done.
 */
export type DeployState = 'running' | 'paused' | 'stopped' | 'done' | 'replaced';

/** `asleep`: it does not run, and takes the release at its next start; `stays`: by a pin, or because it was told to. */
export type TenantState = 'waiting' | 'turning' | 'done' | 'asleep' | 'stays' | 'failed' | 'broken';

export interface TenantTurn {
  readonly state: TenantState;
  /** The release that it ran when the deploy began; null for a checkout, or where it did not run. */
  readonly before: string | null;
  readonly error: string | null;
  /** Whether it already did not run well when the deploy began: then its failure stops nobody else. */
  readonly wasUnwell?: boolean;
  /** Whether its database has gone through a contracting migration in this run, forth or back. */
  readonly isCrossed?: boolean;
  /** Whether it was put back on what it ran before. */
  readonly isHeld?: boolean;
}

export interface DeployOptions {
  /** So many at a time; default: one. */
  readonly wave?: Share | undefined;
  /** This one first, and no other until the deploy is resumed. */
  readonly canary?: string | undefined;
  /** Checks whose refusal was accepted. */
  readonly accept: readonly string[];
  /** Of a rollback: tenants whose migrations are taken back, and tenants that stay where they are. */
  readonly down: readonly string[];
  readonly stay: readonly string[];
}

/** `state/deploys/<run>.json`: enough to go on with a deploy, or to undo it, wherever it was cut off. */
export interface DeployJournal {
  readonly format: 1;
  readonly run: string;
  readonly verb: 'deploy' | 'rollback';
  readonly release: string;
  /** What `current` was when it began; null before the first deploy. */
  readonly from: string | null;
  /** As typed. */
  readonly command: string;
  readonly startedAt: string;
  readonly options: DeployOptions;
  readonly step: DeployStep;
  readonly state: DeployState;
  readonly runner: Runner;
  readonly tenants: Readonly<Record<string, TenantTurn>>;
  /** How long `current` took to turn. */
  readonly flipMs: number | null;
  readonly error: string | null;
}

export class UnknownDeploy extends UsageError {
  override readonly code = 'UNKNOWN_DEPLOY';
}

type Paths = Pick<HomePaths, 'state'>;

export function journalFile(paths: Paths, run: string): string {
  return join(folderOf(paths), `${run}.json`);
}

/** On the disk before it returns; a crash leaves the old text or the new. */
export function writeJournal(paths: Paths, journal: DeployJournal): void {
  mkdirSync(folderOf(paths), { recursive: true, mode: 0o750 });
  writeFileAtomically(journalFile(paths, journal.run), `${JSON.stringify(journal, undefined, 1)}\n`, 0o640);
}

export interface DamagedJournal {
  readonly file: string;
  readonly why: string;
}

/** Newest first. One that cannot be read hides no other. */
export function readJournals(paths: Paths): {
  readonly journals: readonly DeployJournal[];
  readonly damaged: readonly DamagedJournal[];
} {
  const names = namesIn(folderOf(paths)).filter((name) => /^\d{8}-\d{6}-[0-9a-f]+\.json$/.test(name));
  const read = names
    .toSorted()
    .toReversed()
    .map((name) => readJournal(join(folderOf(paths), name)));
  return {
    journals: read.filter((each) => 'run' in each),
    damaged: read.filter((each) => 'why' in each),
  };
}

function readJournal(file: string): DeployJournal | DamagedJournal {
  try {
    const journal: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof journal === 'object' && journal !== null && 'run' in journal) return journal as DeployJournal;
    return { file, why: 'it is no record of a deploy' };
  } catch (error) {
    return { file, why: errorText(error) };
  }
}

/** The deploy that is not over, if any: only the newest can be. Says which files it could not read. */
export function unfinishedJournal(paths: Paths, report?: Pick<Report, 'warn'>): DeployJournal | undefined {
  const { journals, damaged } = readJournals(paths);
  for (const { file, why } of damaged) report?.warn(`${file}: cannot be read, and is passed over: ${why}`);
  const [newest] = journals;
  return newest && newest.state !== 'done' && newest.state !== 'replaced' ? newest : undefined;
}

/** The deploy to go on with: the named one, or the newest. Throws UnknownDeploy (exit 2) unless it is unfinished. */
export function requireUnfinished(paths: Paths, run: string | undefined): DeployJournal {
  const unfinished = unfinishedJournal(paths);
  if (unfinished && (run === undefined || unfinished.run === run)) return unfinished;
  const what = run === undefined ? 'no deploy waits to be finished' : `run ${run}: ${whyNot(paths, run)}`;
  throw new UnknownDeploy(`deploy resume: ${what}.`, {
    hint: unfinished ? `The unfinished one is ${unfinished.run}.` : 'Begin a new one with `tenantry deploy`.',
  });
}

function whyNot(paths: Paths, run: string): string {
  const { journals, damaged } = readJournals(paths);
  const file = journalFile(paths, run);
  if (damaged.some((each) => each.file === file)) return `its record ${file} cannot be read`;
  const known = journals.find((journal) => journal.run === run);
  if (known === undefined) return 'is no deploy of this home';
  return known.state === 'done' ? 'is done' : 'was replaced by a later one';
}

function folderOf({ state }: Paths): string {
  return join(state, 'deploys');
}
