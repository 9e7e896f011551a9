import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TenantName, exitCodes } from '#libs/settings';
import type { ControlClient, ProcessStatus } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import {
  type FleetOutcome,
  type TenantOutcome,
  errorText,
  failureOf,
  exitCodeOf,
  forEachOf,
} from '../outcome.js';
import { ensureSupervisor, findSupervisor } from './supervisor-client.js';
import { managedTenants } from './managed-tenants.js';
import { runningTenants } from './running-tenants.js';
import { outdatedSupervisor } from './supervisor-code.js';
import { startedByRequest } from './start-on.js';
import { type TargetSelection, selectTenants } from '../targets.js';
import { appendToTimeline, newRunId } from '../timeline.js';

export interface ProcessRequest {
  readonly targets: TargetSelection;
  readonly plan: boolean;
  readonly port?: number | undefined;
}

/** Starts tenants, with a supervisor in the background when none runs. A tenant is done when it answered ready. */
export async function startTenants(
  dependencies: Dependencies,
  request: ProcessRequest,
): Promise<FleetOutcome> {
  const tenants = await selectTenants(dependencies, request.targets);
  if (request.plan) return planned('start', tenants);
  const managed = await managedTenants(dependencies);
  if (managed) {
    const before = await stoppedOf(dependencies, tenants);
    const outcome = await overTenants(dependencies, { verb: 'start', tenants }, (tenant) =>
      managed.start(tenant),
    );
    return { ...outcome, text: `${outcome.text}${undoLine('stop', outcome, before)}` };
  }
  const supervisor = await ensureSupervisor(dependencies, request.port);
  const stopped = await stoppedOf(dependencies, tenants);
  await awaitRequests(supervisor, stopped);
  const areNamed = request.targets.names.length > 0;
  const waiting = areNamed ? new Set<string>() : await startedByRequest(dependencies);
  const outcome = await overTenants(dependencies, { verb: 'start', tenants }, (tenant) =>
    waiting.has(tenant) ? supervisor.startLater(tenant) : supervisor.start(tenant),
  );
  const { gateway } = await supervisor.status();
  const where = `${gateway ? `\nGateway: http://${gateway.host}:${gateway.port}/` : ''}${undoLine('stop', outcome, stopped)}`;
  return { ...outcome, text: `${outcome.text}${where}` };
}

/** A few start at a time; a visitor of one that waits for its turn is served by a start of its own, not turned away. */
async function awaitRequests(supervisor: ControlClient, stopped: readonly TenantName[]): Promise<void> {
  if (stopped.length < 2) return;
  // Whoever cannot even be noted down fails at its start, which says why.
  await forEachOf(stopped, 4, async (tenant) => {
    await supervisor.startLater(tenant).catch(() => undefined);
  });
}

/** Stops tenants; a supervisor that was started for them in the background goes with the last one. */
export async function stopTenants(
  dependencies: Dependencies,
  request: ProcessRequest,
): Promise<FleetOutcome> {
  const tenants = await selectTenants(dependencies, request.targets);
  if (request.plan) return planned('stop', tenants);
  const stopped = await stoppedOf(dependencies, tenants);
  const managed = await managedTenants(dependencies);
  const supervisor = managed ? undefined : await findSupervisor(dependencies);
  const outcome = await overTenants(dependencies, { verb: 'stop', tenants }, async (tenant) =>
    (managed ?? supervisor)?.stop(tenant),
  );
  if (supervisor) await shutDownIfIdle(dependencies, supervisor);
  const ran = tenants.filter((tenant) => !stopped.includes(tenant));
  const undo = undoLine('start', outcome, ran);
  return { ...outcome, text: `${outcome.text}${undo}` };
}

/** Replaces the processes of tenants by new ones without losing a request; starts those that do not run. */
export async function restartTenants(
  dependencies: Dependencies,
  request: ProcessRequest,
): Promise<FleetOutcome> {
  const tenants = await selectTenants(dependencies, request.targets);
  if (request.plan) return planned('restart', tenants);
  const processes =
    (await managedTenants(dependencies)) ?? (await ensureSupervisor(dependencies, request.port));
  return overTenants(dependencies, { verb: 'restart', tenants }, (tenant) => processes.restart(tenant));
}

async function stoppedOf(dependencies: Dependencies, tenants: readonly TenantName[]): Promise<TenantName[]> {
  const known = await runningTenants(dependencies);
  return tenants.filter((tenant) => (known.get(tenant)?.state ?? 'stopped') === 'stopped');
}

/** Only what the command changed is undone: a tenant that ran before is not to be stopped. */
function undoLine(verb: 'start' | 'stop', { done }: Outcome, changed: readonly TenantName[]): string {
  const names = changed.filter((tenant) => done.includes(tenant));
  return names.length > 0 ? `\nTo undo, run: tenantry ${verb} --tenant ${names.join(',')}` : '';
}

interface Outcome extends FleetOutcome {
  /** Tenants with which it went well. */
  readonly done: readonly string[];
}

interface Over {
  readonly verb: 'start' | 'stop' | 'restart';
  readonly tenants: readonly TenantName[];
}

async function overTenants(
  dependencies: Dependencies,
  { verb, tenants }: Over,
  act: (tenant: TenantName) => Promise<ProcessStatus | undefined>,
): Promise<Outcome> {
  const run = newRunId(dependencies.now());
  const outcomes: TenantOutcome[] = [];
  const errors: unknown[] = [];
  await forEachOf(tenants, 4, async (name) => {
    try {
      const status = await act(name);
      logVerb(dependencies, name, { run, event: `${verb} done` });
      const processState = status?.state ?? 'stopped';
      outcomes.push({ name, state: 'done', process: processState, pid: status?.pid ?? null, error: null });
      dependencies.report.done(`${name}: ${processState}${status?.pid ? ` as process ${status.pid}` : ''}`);
    } catch (error) {
      errors.push(error);
      logVerb(dependencies, name, { run, event: `${verb} failed`, error: errorText(error) });
      dependencies.report.failed(failureOf(name, error));
      outcomes.push({ name, state: 'failed', process: null, pid: null, error: errorText(error) });
    }
  });
  outcomes.sort((a, b) => (a.name < b.name ? -1 : 1));
  const done = outcomes.filter(({ state }) => state === 'done').map(({ name }) => name);
  const hint = errors.length > 0 ? outdatedSupervisor(dependencies) : undefined;
  if (hint !== undefined) dependencies.report.warn(hint);
  const text = `Run ${run}: ${done.length} done, ${outcomes.length - done.length} failed.`;
  return { data: { run, tenants: outcomes }, text, exitCode: exitCodeOf(outcomes, errors[0]), done };
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

async function shutDownIfIdle({ home }: Dependencies, supervisor: ControlClient): Promise<void> {
  const { tenants } = await supervisor.status();
  if (tenants.some(({ state }) => state !== 'stopped')) return;
  const file = join(home.paths.run, 'supervisor.json');
  if (!existsSync(file)) return;
  const { isBackground } = JSON.parse(readFileSync(file, 'utf8')) as { isBackground: boolean };
  if (isBackground) await supervisor.shutdown();
}

function planned(verb: string, tenants: readonly TenantName[]): FleetOutcome {
  const text = tenants.length > 0 ? `Would ${verb}: ${tenants.join(', ')}` : 'No tenants.';
  return { data: { plan: tenants.map((name) => `${verb} ${name}`) }, text, exitCode: exitCodes.done };
}
