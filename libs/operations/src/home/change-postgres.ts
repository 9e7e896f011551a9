import type { Dependencies } from '../dependencies.js';
import { loadFleet } from '../fleet.js';
import { type PostgresResult, postgresVerbs } from './postgres.js';
import { runningTenants } from '../processes/running-tenants.js';
import { appendToRuns, newRunId } from '../timeline.js';

export interface PostgresChange {
  /** The server's name; default: the home's default one. */
  readonly server?: string | undefined;
  readonly plan: boolean;
}

export interface PostgresChanged extends PostgresResult {
  /** Null where nothing was changed. */
  readonly run: string | null;
  /** The steps, where only they were asked for. */
  readonly plan: readonly string[] | null;
}

const goals = { start: 'running', stop: 'stopped' } as const;
const opposites = { start: 'stop', stop: 'start' } as const;

/** `tenantry postgres start|stop` as an operator's change: with a plan, a run in the list of runs, and a way back. */
export async function changePostgres(
  dependencies: Dependencies,
  verb: 'start' | 'stop',
  { server, plan }: PostgresChange,
): Promise<PostgresChanged> {
  const before = await postgresVerbs.status(dependencies, server);
  const isThere = before.state === goals[verb];
  if (verb === 'stop' && !isThere) await warnOfTenants(dependencies, before.server);
  if (plan) {
    const steps = isThere ? [] : [`${verb} Postgres "${before.server}"`];
    const text = isThere ? `${before.text} Nothing to do.` : `Would ${steps.join(', ')}.`;
    return { ...before, run: null, plan: steps, text };
  }
  const after = await postgresVerbs[verb](dependencies, server);
  if (isThere) return { ...after, run: null, plan: null };
  const run = newRunId(dependencies.now());
  const { home, now, command } = dependencies;
  appendToRuns(home.paths, { at: now().toISOString(), run, command, event: `postgres ${verb}` });
  const name = server === undefined ? '' : ` --server ${server}`;
  const undo = `To undo, run: tenantry postgres ${opposites[verb]}${name}`;
  return { ...after, run, plan: null, text: `${after.text}\nRun ${run}.\n${undo}` };
}

/** They are not stopped with it: they answer again by themselves once it is back. */
async function warnOfTenants(dependencies: Dependencies, server: string): Promise<void> {
  const running = await runningTenants(dependencies);
  const { loaded } = await loadFleet(dependencies);
  const affected = [...loaded.values()]
    .filter(({ settings }) => settings.database.server === server)
    .filter(({ tenant }) => running.get(tenant)?.state === 'running');
  if (affected.length === 0) return;
  const names = affected.map(({ tenant }) => tenant).join(', ');
  dependencies.report.warn(`${names}: cannot answer until Postgres "${server}" runs again.`);
}
