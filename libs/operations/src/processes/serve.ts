import { join } from 'node:path';
import {
  type TenantName,
  exitCodes,
  prepareSocketFolder,
  removeSocketFolder,
  writeFileAtomically,
} from '#libs/settings';
import {
  type Gateway,
  type ProcessStatus,
  type Supervisor,
  endOrphans,
  serveControl,
  startGateway,
} from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { type FleetOutcome, failureOf, forEachOf } from '../outcome.js';
import { refreshSettingsSchemas } from '../settings/settings-schema.js';
import { keepPostgres } from './keep-postgres.js';
import { type Routes, createRoutes } from './routes.js';
import { scratchTenants, stockSpares } from './spares.js';
import { startedByRequest } from './start-on.js';
import { superviseHome } from './supervise-home.js';
import { codeOf } from './supervisor-code.js';
import { controlSocket } from './supervisor-client.js';
import { tenantVerbs, unitNames } from './units.js';

export interface ServeRequest {
  readonly tenants: readonly TenantName[];
  /** Whether all of them were meant, and not these by name: then those with `process.startOn: request` wait for one. */
  readonly areAll?: boolean;
  /** Started by a command in a moment: a request that comes first starts them. */
  readonly awaited?: readonly TenantName[] | undefined;
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
  const routes = await createRoutes(dependencies);
  const scratch = scratchTenants(dependencies);
  const supervisor = superviseHome(dependencies, { routes, scratch, awaited: awaitedBy(request) });
  const verbs = tenantVerbs(supervisor, (tenant) => unitNames(dependencies, tenant));
  const ended = untilAborted(dependencies.signal);
  let gateway: Gateway | undefined;
  const serving = { supervisor, verbs, routes, ended, gateway: () => gateway };
  const control = await openControl(dependencies, serving);
  try {
    await takeOver(dependencies, request);
    gateway = await openGateway(dependencies, { supervisor, routes, port: request.port });
    request.onSupervisor?.(supervisor);
    lookAfter(dependencies, { supervisor, scratch, ended });
    await startAll(dependencies, { request, verbs, ended });
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

/** What goes on beside the tenants until the end. */
function lookAfter(
  dependencies: Dependencies,
  {
    supervisor,
    scratch,
    ended,
  }: { supervisor: Supervisor; scratch: ReturnType<typeof scratchTenants>; ended: End },
): void {
  void keepPostgres(dependencies, ended.signal);
  void stockSpares(dependencies, supervisor, scratch);
}

function awaitedBy({ tenants, awaited = [] }: ServeRequest): readonly TenantName[] {
  return [...tenants, ...awaited];
}

interface Controlled {
  readonly supervisor: Supervisor;
  readonly verbs: ReturnType<typeof tenantVerbs>;
  readonly routes: Routes;
  readonly ended: End;
  gateway(): Gateway | undefined;
}

async function openControl(
  { home, now }: Dependencies,
  serving: Controlled,
): ReturnType<typeof serveControl> {
  const { supervisor, verbs, ended } = serving;
  prepareSocketFolder(home.paths, process.geteuid?.());
  const control = await serveControl({
    socket: controlSocket(home.paths),
    supervisor: verbs,
    shutdown: ended.resolve,
    now,
    spares: () => supervisor.spareCount,
    reread: () => serving.routes.reload(),
    gateway: () => {
      const gateway = serving.gateway();
      return gateway ? { host: home.host.gateway.host, port: gateway.port } : null;
    },
  });
  const close = async (): Promise<void> => {
    await control.close();
    removeSocketFolder(home.paths);
  };
  return { ...control, close };
}

/** Processes of a supervisor that was killed hold the sockets and connections of those that come now. */
async function takeOver(dependencies: Dependencies, { isBackground }: ServeRequest): Promise<void> {
  const { home, report } = dependencies;
  noteMode(dependencies, isBackground);
  const folder = join(home.paths.run, 'pids');
  await endOrphans({ folder, graceMs: 5000, report: (line) => report.step(line) });
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
    isSuspended: (unit) => routes.isSuspended(unit),
    development,
    trustedProxies: [...gateway.trustedProxies, ...ownEdge],
    holdTimeoutMs: 60_000,
    report: (line) => dependencies.report.step(line),
  });
}

interface Starting {
  readonly request: ServeRequest;
  readonly verbs: ReturnType<typeof tenantVerbs>;
  readonly ended: End;
}

/** Until every start was tried. An interrupt does not wait for the starts: stopping ends them. */
async function startAll(dependencies: Dependencies, { request, verbs, ended }: Starting): Promise<void> {
  const waiting = request.areAll === true ? await startedByRequest(dependencies) : new Set<string>();
  const started = forEachOf(request.tenants, 4, async (tenant) => {
    if (ended.isOver()) return;
    try {
      await (waiting.has(tenant) ? verbs.startLater(tenant) : verbs.start(tenant));
    } catch (error) {
      // Interrupted ones failed at nothing.
      if (!ended.isOver()) dependencies.report.failed(failureOf(tenant, error));
    }
  });
  await Promise.race([started, ended.promise]);
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
  /** Aborts then. */
  readonly signal: AbortSignal;
}

/** Over when the signal aborts, or when somebody says so. */
function untilAborted(signal: AbortSignal): End {
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = new AbortController();
  const end = (): void => {
    over.abort();
    resolve();
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  return { promise, resolve: end, isOver: () => over.signal.aborted, signal: over.signal };
}
