import type { TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { errorText } from '../outcome.js';
import { tenantLock } from '../tenants/tenant-lock.js';
import { appendToRuns, appendToTimeline } from '../timeline.js';
import type { FindingId } from './catalog.js';
import type { Found, Repair } from './finding.js';

/** What came of one repair. */
export interface Mended {
  readonly tenant: string | null;
  readonly findings: readonly FindingId[];
  readonly did: string;
  /** Null where it is done. */
  readonly error: string | null;
}

export interface Mending {
  readonly run: string;
  readonly findings: readonly Found[];
  /** Mended already, so that the home could be opened. */
  readonly earlier: readonly Found[];
}

/** Each act once, tenant by tenant under its lock; one that fails stops no other. */
export async function mend(
  dependencies: Dependencies,
  { run, findings, earlier }: Mending,
): Promise<Mended[]> {
  const mended: Mended[] = [];
  for (const { repair, ids } of actsOf(earlier)) mended.push(outcome(repair, ids, null));
  for (const { repair, ids } of actsOf(findings)) {
    if (dependencies.signal.aborted) break;
    const error = await perform(dependencies, repair).then(
      () => null,
      (problem: unknown) => errorText(problem),
    );
    mended.push(outcome(repair, ids, error));
  }
  for (const one of mended) if (one.error === null) note(dependencies, run, one);
  return mended;
}

/** What `--fix --plan` lists. */
export function plannedRepairs(repairs: readonly Repair[]): string[] {
  const acts = new Map(repairs.map((repair) => [repair.key, repair]));
  return [...acts.values()].map(({ tenant, does }) => (tenant === null ? does : `${tenant}: ${does}`));
}

interface Act {
  readonly repair: Repair;
  readonly ids: readonly FindingId[];
}

function actsOf(findings: readonly Found[]): Act[] {
  const acts = new Map<string, Act>();
  for (const { finding, repair } of findings) {
    if (repair === undefined) continue;
    const ids = acts.get(repair.key)?.ids ?? [];
    acts.set(repair.key, { repair, ids: [...new Set([...ids, finding.id])] });
  }
  return [...acts.values()];
}

async function perform(dependencies: Dependencies, { tenant, run }: Repair): Promise<void> {
  if (tenant === null) return run();
  await withLock(tenantLock(dependencies, tenant), async () => run());
}

function outcome({ tenant, does }: Repair, findings: readonly FindingId[], error: string | null): Mended {
  return { tenant, findings, did: does, error };
}

function note({ home, now, command }: Dependencies, run: string, { tenant, did, findings }: Mended): void {
  const entry = { at: now().toISOString(), run, event: 'mended by doctor', command, did, findings };
  if (tenant === null) appendToRuns(home.paths, entry);
  else appendToTimeline(home.paths, tenant as TenantName, entry);
}
