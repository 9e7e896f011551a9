import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TenantName, exitCodes } from '#libs/settings';
import { type ControlClient, SupervisorEnding } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { type FleetOutcome, forEachOf } from '../outcome.js';
import { tryToAdmitNamed } from '../poolers/pooler-logins.js';
import { overTenants, undoLine } from './over-tenants.js';
import { type LiveSupervisor, findSupervisor, liveSupervisor } from './supervisor-client.js';
import { type ManagedTenants, managedTenants } from './managed-tenants.js';
import { runningTenants } from './running-tenants.js';
import { selectToRun, startedByRequest, startGuard } from './start-on.js';
import { type TargetSelection, selectTenants } from '../targets.js';

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
  const tenants = await selectToRun(dependencies, request.targets);
  if (request.plan) return planned('start', tenants);
  const guard = await startGuard(dependencies);
  const managed = await managedTenants(dependencies);
  if (managed) return startManaged(dependencies, { managed, tenants, guard });
  const supervisor = await liveSupervisor(dependencies, { port: request.port, tenants });
  const stopped = await stoppedOf(dependencies, tenants);
  await awaitRequests(supervisor, stopped);
  const areNamed = request.targets.names.length > 0;
  const waiting = areNamed ? new Set<string>() : await startedByRequest(dependencies);
  const outcome = await overTenants(dependencies, { verb: 'start', tenants }, async (tenant) => {
    guard(tenant);
    return supervisor.ask((one) => (waiting.has(tenant) ? one.startLater(tenant) : one.start(tenant)));
  });
  const where = await gatewayLine(supervisor);
  return { ...outcome, text: `${outcome.text}${where}${undoLine('stop', outcome, stopped)}` };
}

async function startManaged(
  dependencies: Dependencies,
  { managed, tenants, guard }: ManagedStart,
): Promise<FleetOutcome> {
  const before = await stoppedOf(dependencies, tenants);
  const outcome = await overTenants(dependencies, { verb: 'start', tenants }, async (tenant) => {
    guard(tenant);
    await tryToAdmitNamed(dependencies, tenant);
    return managed.start(tenant);
  });
  return { ...outcome, text: `${outcome.text}${undoLine('stop', outcome, before)}` };
}

interface ManagedStart {
  readonly managed: ManagedTenants;
  readonly tenants: readonly TenantName[];
  readonly guard: (tenant: TenantName) => void;
}

async function gatewayLine(supervisor: LiveSupervisor): Promise<string> {
  const { gateway } = await supervisor.ask((one) => one.status());
  return gateway ? `\nGateway: http://${gateway.host}:${gateway.port}/` : '';
}

/** A few start at a time; a visitor of one that waits for its turn is served by a start of its own, not turned away. */
async function awaitRequests(supervisor: LiveSupervisor, stopped: readonly TenantName[]): Promise<void> {
  if (stopped.length < 2) return;
  // Whoever cannot even be noted down fails at its start, which says why.
  await forEachOf(stopped, 4, async (tenant) => {
    await supervisor.ask((one) => one.startLater(tenant)).catch(() => undefined);
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
    supervisor ? unlessEnding(supervisor, () => supervisor.stop(tenant)) : managed?.stop(tenant),
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
  const tenants = await selectToRun(dependencies, request.targets);
  if (request.plan) return planned('restart', tenants);
  const guard = await startGuard(dependencies);
  const managed = await managedTenants(dependencies);
  const supervisor = managed
    ? undefined
    : await liveSupervisor(dependencies, { port: request.port, tenants });
  if (supervisor) await awaitRequests(supervisor, await stoppedOf(dependencies, tenants));
  return overTenants(dependencies, { verb: 'restart', tenants }, async (tenant) => {
    guard(tenant);
    if (supervisor) return supervisor.ask((one) => one.restart(tenant));
    await tryToAdmitNamed(dependencies, tenant);
    return managed?.restart(tenant);
  });
}

async function stoppedOf(dependencies: Dependencies, tenants: readonly TenantName[]): Promise<TenantName[]> {
  const known = await runningTenants(dependencies);
  return tenants.filter((tenant) => (known.get(tenant)?.state ?? 'stopped') === 'stopped');
}

async function shutDownIfIdle({ home }: Dependencies, supervisor: ControlClient): Promise<void> {
  const file = join(home.paths.run, 'supervisor.json');
  if (!existsSync(file)) return;
  const { isBackground } = JSON.parse(readFileSync(file, 'utf8')) as { isBackground: boolean };
  if (isBackground) await unlessEnding(supervisor, () => supervisor.shutdownIfIdle());
}

/** A supervisor that another command is ending takes every tenant with it: they are stopped when it is gone. */
async function unlessEnding<T>(supervisor: ControlClient, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof SupervisorEnding)) throw error;
    await supervisor.gone();
    return undefined;
  }
}

function planned(verb: string, tenants: readonly TenantName[]): FleetOutcome {
  const text = tenants.length > 0 ? `Would ${verb}: ${tenants.join(', ')}` : 'No tenants.';
  return { data: { plan: tenants.map((name) => `${verb} ${name}`) }, text, exitCode: exitCodes.done };
}
