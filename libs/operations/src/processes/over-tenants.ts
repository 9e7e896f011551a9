import type { TenantName } from '#libs/settings';
import type { ProcessStatus } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import {
  type FleetOutcome,
  type TenantOutcome,
  errorText,
  exitCodeOf,
  failureOf,
  forEachOf,
} from '../outcome.js';
import { staleBundle } from './stale-bundle.js';
import { outdatedSupervisor } from './supervisor-code.js';
import { appendToTimeline, newRunId } from '../timeline.js';

type ProcessVerb = 'start' | 'stop' | 'restart';
type Act = (tenant: TenantName) => Promise<ProcessStatus | undefined>;

export interface Outcome extends FleetOutcome {
  /** Tenants with which it went well. */
  readonly done: readonly string[];
}

export interface Over {
  readonly verb: ProcessVerb;
  readonly tenants: readonly TenantName[];
}

interface Acting {
  readonly run: string;
  readonly verb: ProcessVerb;
  readonly act: Act;
  readonly errors: unknown[];
}

/** Does the same with each tenant, a few at a time; what fails with one stops no other. */
export async function overTenants(
  dependencies: Dependencies,
  { verb, tenants }: Over,
  act: Act,
): Promise<Outcome> {
  const bundle = verb === 'stop' ? undefined : staleBundle(dependencies);
  if (bundle !== undefined) dependencies.report.warn(bundle);
  const run = newRunId(dependencies.now());
  const outcomes: TenantOutcome[] = [];
  const errors: unknown[] = [];
  await forEachOf(tenants, 4, async (name) => {
    outcomes.push(await actOn(dependencies, name, { run, verb, act, errors }));
  });
  outcomes.sort((a, b) => (a.name < b.name ? -1 : 1));
  const done = outcomes.filter(({ state }) => state === 'done').map(({ name }) => name);
  const hint = errors.length > 0 ? outdatedSupervisor(dependencies) : undefined;
  if (hint !== undefined) dependencies.report.warn(hint);
  const text = `Run ${run}: ${done.length} done, ${outcomes.length - done.length} failed.`;
  return { data: { run, tenants: outcomes }, text, exitCode: exitCodeOf(outcomes, errors[0]), done };
}

async function actOn(
  dependencies: Dependencies,
  name: TenantName,
  { run, verb, act, errors }: Acting,
): Promise<TenantOutcome> {
  try {
    const status = await act(name);
    logVerb(dependencies, name, { run, event: `${verb} done` });
    const [state, pid] = [status?.state ?? 'stopped', status?.pid ?? null];
    dependencies.report.done(`${name}: ${doneText(verb, state, pid)}`);
    return { name, state: 'done', process: state, pid, error: null };
  } catch (error) {
    errors.push(error);
    logVerb(dependencies, name, { run, event: `${verb} failed`, error: errorText(error) });
    dependencies.report.failed(failureOf(name, error));
    return { name, state: 'failed', process: null, pid: null, error: errorText(error) };
  }
}

function doneText(verb: ProcessVerb, state: string, pid: number | null): string {
  const isBack = verb === 'stop' && (state === 'starting' || state === 'running');
  if (isBack) return `stopped, and ${state} again, because another command has started it since`;
  return `${state}${pid === null ? '' : ` as process ${pid}`}`;
}

/** What was done is done even when the disk has no room to say so. */
function logVerb(
  { home, now, command, report }: Dependencies,
  tenant: TenantName,
  entry: { run: string; event: string; error?: string },
): void {
  try {
    appendToTimeline(home.paths, tenant, { at: now().toISOString(), command, ...entry });
  } catch (error) {
    report.warn(`${tenant}: its timeline cannot be written: ${errorText(error)}.`);
  }
}

/** Only what the command changed is undone: a tenant that ran before is not to be stopped. */
export function undoLine(verb: 'start' | 'stop', { done }: Outcome, changed: readonly TenantName[]): string {
  const names = changed.filter((tenant) => done.includes(tenant));
  return names.length > 0 ? `\nTo undo, run: tenantry ${verb} --tenant ${names.join(',')}` : '';
}
