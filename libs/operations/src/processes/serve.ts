import { join } from 'node:path';
import {
  type TenantName,
  TenantryError,
  exitCodes,
  isTenantName,
  listTenantNames,
  prepareSocketFolder,
  requireTenant,
  writeFileAtomically,
} from '#libs/settings';
import {
  type Gateway,
  type ProcessStatus,
  Supervisor,
  endOrphans,
  serveControl,
  startGateway,
} from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { ConnectionLimits } from '../tenants/connection-limit.js';
import { Claims } from './claims.js';
import { prepareLaunch } from './launch.js';
import { type FleetOutcome, errorText, failureOf, forEachOf } from '../outcome.js';
import { type Routes, createRoutes } from './routes.js';
import { refreshSettingsSchemas } from '../settings/settings-schema.js';
import { codeOf } from './supervisor-code.js';
import { controlSocket } from './supervisor-client.js';
import { appendToTimeline, newRunId } from '../timeline.js';
import type { ScratchTenants } from './scratch-tenant.js';
import { scratchTenants, spareOptions, stockSpares } from './spares.js';
import { startedByRequest } from './start-on.js';
import { parseUnit, tenantVerbs, unitsOf } from './units.js';

export interface ServeRequest {
  readonly tenants: readonly TenantName[];
  /** Whether all of them were meant, and not these by name: then those with `process.startOn: request` wait for one. */
  readonly areAll?: boolean;
  readonly port?: number | undefined;
  /** Started by a command for the time being: it goes when its last tenant is stopped. */
  readonly isBackground: boolean;
  /** Called when every start was tried. */
  onReady?(ready: { gateway: Gateway; tenants: readonly ProcessStatus[] }): void;
  /** Called once the supervisor can restart tenants on request. */
  onSupervisor?(supervisor: Supervisor): void;
}

/**
 * Runs the supervisor and the gateway of a home until it is interrupted or told to shut down; tenants that cannot be
 * started stop no other. Throws SupervisorRunning (exit 75) when the home has a supervisor already, and
 * UnsafeSocketFolder (exit 4) when its sockets would lie where somebody else can put some.
 */
export async function serve(dependencies: Dependencies, request: ServeRequest): Promise<FleetOutcome> {
  const { home, report } = dependencies;
  const routes = await createRoutes(dependencies);
  const scratch = scratchTenants(dependencies);
  const supervisor = createSupervisor(dependencies, { routes, scratch, awaited: request.tenants });
  const verbs = tenantVerbs(supervisor, (tenant) => unitNames(dependencies, tenant));
  const ended = untilAborted(dependencies.signal);
  let gateway: Gateway | undefined;
  prepareSocketFolder(home.paths, process.geteuid?.());
  const control = await serveControl({
    socket: controlSocket(home.paths),
    supervisor: verbs,
    shutdown: ended.resolve,
    now: dependencies.now,
    spares: () => supervisor.spareCount,
    gateway: () => (gateway ? { host: home.host.gateway.host, port: gateway.port } : null),
  });
  try {
    noteMode(dependencies, request.isBackground);
    await endOrphans({
      folder: join(home.paths.run, 'pids'),
      graceMs: 5000,
      report: (line) => report.step(line),
    });
    gateway = await openGateway(dependencies, { supervisor, routes, port: request.port });
    request.onSupervisor?.(supervisor);
    void stockSpares(dependencies, supervisor, scratch);
    const started = startAll(dependencies, {
      supervisor: verbs,
      tenants: request.tenants,
      waiting: request.areAll === true ? await startedByRequest(dependencies) : new Set<string>(),
      isOver: ended.isOver,
    });
    // An interrupt does not wait for the starts: stopping, below, ends them.
    await Promise.race([started, ended.promise]);
    if (!ended.isOver()) request.onReady?.({ gateway, tenants: supervisor.status() });
    // Now that nobody waits for it: a release may have brought other settings.
    await refreshSettingsSchemas(dependencies);
    await ended.promise;
  } finally {
    await gateway?.close();
    await supervisor.stopAll();
    await control.close();
  }
  return { data: { tenants: request.tenants }, text: '', exitCode: exitCodes.done };
}

interface Supervising {
  readonly routes: Routes;
  readonly scratch: ScratchTenants | undefined;
  readonly awaited: readonly TenantName[];
}

function createSupervisor(dependencies: Dependencies, { routes, scratch, awaited }: Supervising): Supervisor {
  const toStart = new Set<string>(awaited);
  const limits = new ConnectionLimits(dependencies);
  const claims = new Claims(dependencies);
  const isNewcomer = newcomers(dependencies, () => supervisor.status());
  const supervisor: Supervisor = new Supervisor({
    // Of a large home the last ones wait for their start: a visitor is served now.
    startsOnRequest: (tenant) => toStart.has(tenant) || isNewcomer(tenant),
    prepare: async (tenant) => {
      await routes.reload();
      return prepareLaunch(dependencies, tenant, { claims, limits, scratch });
    },
    spares: spareOptions(dependencies),
    now: dependencies.now,
    report: (line) => dependencies.report.step(line),
  });
  supervisor.events.on('change', (status) => {
    if (status.state === 'running' || status.state === 'refused' || status.state === 'crashed') {
      noteChange(dependencies, routes, status);
    }
  });
  return supervisor;
}

/**
 * Which tenants a first request starts besides: those made after the supervisor, when all that it found were started
 * here, as by `npm start` or `start --all`. Where the operator chose some of the home's tenants, the others stay stopped.
 */
function newcomers(
  { home }: Dependencies,
  status: () => readonly ProcessStatus[],
): (tenant: string) => boolean {
  const found = new Set<string>(listTenantNames(home.paths));
  return (unit) => {
    const { tenant, site } = parseUnit(unit);
    const started = new Set(status().map((one) => one.tenant));
    // A site that was given its own process since: its host is routed there.
    if (site !== undefined && started.has(tenant)) return true;
    if (found.has(tenant)) return false;
    return listTenantNames(home.paths).every((name) => !found.has(name) || started.has(name));
  };
}

function noteChange(dependencies: Dependencies, routes: Routes, status: ProcessStatus): void {
  const { tenant, site } = parseUnit(status.tenant);
  if (!isTenantName(tenant)) return;
  const { state, pid, release, lastError } = status;
  const now = dependencies.now();
  try {
    appendToTimeline(dependencies.home.paths, tenant, {
      ...{ at: now.toISOString(), run: newRunId(now) },
      event: state === 'running' ? 'started' : state,
      ...(site === undefined ? {} : { site }),
      ...(state === 'running' ? { pid, release, hosts: routes.hostsOf(tenant) } : { error: lastError }),
    });
  } catch (error) {
    // A full disk must not end the supervisor, and every tenant with it.
    dependencies.report.warn(`${status.tenant}: its timeline cannot be written: ${errorText(error)}.`);
  }
}

/** As the settings are now; where they cannot be read, starting the tenant says why. */
async function unitNames(dependencies: Dependencies, tenant: string): Promise<readonly string[]> {
  const loader = await dependencies.settings();
  try {
    return unitsOf(loader.load(requireTenant(dependencies.home.paths, tenant))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof TenantryError) return [tenant];
    throw error;
  }
}

async function openGateway(
  dependencies: Dependencies,
  { supervisor, routes, port }: { supervisor: Supervisor; routes: Routes; port: number | undefined },
): Promise<Gateway> {
  const { gateway, development, edge } = dependencies.home.host;
  // What an edge of this host sends on has its visitor in the headers.
  const ownEdge = edge === 'gateway' ? [] : ['127.0.0.1', '::1'];
  return startGateway({
    host: gateway.host,
    port: port ?? gateway.port,
    route: (hostname) => routes.find(hostname),
    tenants: () => routes.list(),
    upstream: (tenant) => supervisor.upstream(tenant),
    development,
    trustedProxies: [...gateway.trustedProxies, ...ownEdge],
    holdTimeoutMs: 60_000,
    report: (line) => dependencies.report.step(line),
  });
}

interface Starting {
  readonly supervisor: Pick<Supervisor, 'start' | 'startLater'>;
  readonly tenants: readonly TenantName[];
  /** Those of them that are started by their first request. */
  readonly waiting: ReadonlySet<string>;
  readonly isOver: () => boolean;
}

async function startAll(
  { report }: Dependencies,
  { supervisor, tenants, waiting, isOver }: Starting,
): Promise<void> {
  await forEachOf(tenants, 4, async (tenant) => {
    if (isOver()) return;
    try {
      await (waiting.has(tenant) ? supervisor.startLater(tenant) : supervisor.start(tenant));
    } catch (error) {
      // Interrupted ones failed at nothing.
      if (!isOver()) report.failed(failureOf(tenant, error));
    }
  });
}

/** Lets `stop` know whether the supervisor is to go with its last tenant, and others whether its code is still theirs. */
function noteMode(dependencies: Dependencies, isBackground: boolean): void {
  const note = { pid: process.pid, isBackground, code: codeOf(dependencies) };
  const file = join(dependencies.home.paths.run, 'supervisor.json');
  writeFileAtomically(file, `${JSON.stringify(note)}\n`, 0o640);
}

interface End {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly isOver: () => boolean;
}

/** Over when the signal aborts, or when somebody says so. */
function untilAborted(signal: AbortSignal): End {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    resolve();
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  return { promise, resolve: end, isOver: () => isOver };
}
