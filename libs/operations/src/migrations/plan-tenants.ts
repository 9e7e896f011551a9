import type { LintFinding } from '#libs/database';
import type { TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { type FleetOutcome, type TenantOutcome, errorText, exitCodeOf } from '../outcome.js';
import type { TaskEnd } from '../report.js';
import { lookThrough } from '../runs/fleet-queue.js';
import type { FleetDatabases, ReachedTenant } from './fleet-databases.js';
import { Lanes } from './lanes.js';
import { describeFinding } from './lint-release.js';

export interface PlanInput {
  readonly databases: FleetDatabases;
  readonly tenants: readonly TenantName[];
  /** What would run, and the head as it is; throws what the run would refuse. */
  readonly look: (reached: ReachedTenant) => Promise<{ names: string[]; head: string | null }>;
  /** `would apply` */
  readonly wouldDo?: string;
  /** What is to be said of the migrations that would run. */
  readonly lint?: (names: ReadonlySet<string>) => Promise<readonly LintFinding[]>;
}

/** What a run would do in each database. Writes nothing, makes no record. */
export async function planTenants(dependencies: Dependencies, input: PlanInput): Promise<FleetOutcome> {
  const errors: unknown[] = [];
  const outcomes = await lookAtEach(dependencies, input, (error) => errors.push(error));
  const lines = outcomes.length > 0 ? outcomes.map((each) => lineOf(each, input)) : ['No tenants.'];
  const lint = await input.lint?.(new Set(outcomes.flatMap(({ pending }) => pending as string[])));
  return {
    data: { run: null, release: dependencies.release.id, tenants: outcomes, ...(lint && { lint }) },
    text: [...lines, ...(lint ?? []).map(describeFinding)].join('\n'),
    exitCode: exitCodeOf(outcomes, errors[0]),
  };
}

/** Sorted by name. */
export async function lookAtEach(
  dependencies: Dependencies,
  { databases, tenants, look }: PlanInput,
  onError: (error: unknown) => void,
): Promise<TenantOutcome[]> {
  const outcomes: TenantOutcome[] = [];
  const lanes = await new Lanes(dependencies, databases, undefined).of(tenants);
  const lookAt = async (name: TenantName): Promise<TaskEnd> => {
    try {
      const { names, head } = await look(await databases.reach(name));
      outcomes.push({ name, state: 'done', pending: names, unknown: [], head, error: null });
      return 'done';
    } catch (error) {
      onError(error);
      outcomes.push({ name, state: 'failed', pending: [], unknown: [], head: null, error: errorText(error) });
      return 'failed';
    }
  };
  await lookThrough(dependencies.report, lanes, lookAt);
  return outcomes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function lineOf(
  { name, state, pending, error }: TenantOutcome,
  { wouldDo = 'would apply' }: PlanInput,
): string {
  if (state === 'failed') return `${name}: ${error ?? 'failed'}`;
  const names = pending as readonly string[];
  return names.length > 0 ? `${name}: ${wouldDo} ${names.join(', ')}` : `${name}: nothing to do`;
}
