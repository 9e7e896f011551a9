import 'reflect-metadata';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';

import { type Env, exitCodes, prepareSocketFolder } from '#libs/settings';

import { createApp } from './create-app.js';
import { Metrics } from './operator/metrics.js';
import { Activity } from './process/activity.js';
import { reportCrash, reportRefusal, type Crash } from './process/crash.js';
import { drain } from './process/drain.js';
import { InFlight } from './process/in-flight.js';
import { stopWhenIdle } from './process/idle-stop.js';
import { listenTarget, type ListenTarget } from './process/listen-target.js';
import { listen, type Listener } from './process/listen.js';
import { createLog, NestLog } from './process/log.js';
import { reportReady, reportStopping } from './process/report-ready.js';
import { scrubOutput } from './process/scrub-output.js';
import { settleMemory } from './process/settle-memory.js';
import { prove } from './prove.js';
import { awaitTenant, isSpare } from './spare/await-tenant.js';
import type { TenantApplication } from './tenant-application.js';
import { loadTenant, releaseDirOf, type Tenant } from './tenant.js';

/**
 * Boots the application for the tenant that `TENANT` names, in the home that `TENANTRY_HOME` names.
 * `entryUrl` is the caller's `import.meta.url`: the release is the directory around it.
 *
 * Never rejects. What keeps the tenant from starting is one line on standard error and exit 78 (settings, identity,
 * schema) or 1 (what may pass, such as a Postgres that is down); a drained process exits 0.
 */
export async function runTenant(app: TenantApplication, entryUrl: string): Promise<void> {
  const { env } = process;
  let crash: Crash = { tenant: env['TENANT'], release: undefined, scrub: (text) => text };
  process.on('uncaughtException', (error) => {
    reportCrash('uncaught error', error, crash);
    process.exit(exitCodes.failed);
  });
  try {
    const releaseDir = releaseDirOf(entryUrl);
    if (isSpare(env)) {
      await awaitTenant({ app, releaseDir, env, cwd: () => process.cwd() });
      crash = { ...crash, tenant: env['TENANT'] };
    }
    const { application } = app;
    const tenant = loadTenant({ application, releaseDir, env, cwd: process.cwd() });
    crash = { tenant: tenant.name, release: tenant.release.id, scrub: tenant.scrub };
    scrubOutput(tenant.scrub);
    await serve({ app, tenant, env, log: logOf(tenant) });
  } catch (error) {
    process.exit(reportRefusal(error, crash));
  }
}

interface Serve {
  readonly app: TenantApplication;
  readonly tenant: Tenant;
  readonly env: Env;
  readonly log: Logger;
}

async function serve(input: Serve): Promise<void> {
  const { tenant, env, log } = input;
  // Decided before any work: a process that cannot listen need not connect.
  const target = listenTarget({ tenant: tenant.name, env, pid: process.pid, http: tenant.settings.http });
  // The supervisor has made it, unless nobody supervises this process.
  if (target.kind === 'socket') prepareSocketFolder(tenant.home.paths, process.geteuid?.());
  let isDraining = false;
  const serving = await openServer(input, target, () => isDraining);
  const { activity, inFlight, listener, schemaHead } = serving;
  const stop = onStop((reason) => {
    isDraining = true;
    return drainAndExit(input, serving, reason);
  });
  log.info({ address: listener.address, schemaHead }, 'listening');
  reportReady({ release: tenant.release.id, head: schemaHead }, env);
  stopWhenIdle({
    activity,
    idleStopMs: tenant.settings.process.idleStop,
    waker: wakerOf(target),
    send: (message) => void (process.connected && process.send?.(message, () => {})),
    stop: () => stop('idle'),
  });
  settleMemory({
    server: serving.nest.getHttpServer(),
    isQuiet: () => !isDraining && inFlight.count === 0,
  });
}

interface Serving {
  readonly nest: NestFastifyApplication;
  readonly inFlight: InFlight;
  readonly activity: Activity;
  readonly listener: Listener;
  readonly schemaHead: string | null;
}

/** Listens as soon as the database and the media root are proven to be this tenant's. */
async function openServer(
  { app, tenant, log }: Serve,
  target: ListenTarget,
  isDraining: () => boolean,
): Promise<Serving> {
  const proof = await prove(tenant, app);
  let inFlight: InFlight | undefined;
  const labels = { tenant: tenant.name, release: tenant.release.id };
  const metrics = new Metrics(labels, () => inFlight?.count ?? 0);
  const activity = new Activity();
  const logger = new NestLog(log);
  const nest = await createApp({ app, tenant, proof, metrics, activity, logger, isDraining });
  const server = nest.getHttpServer();
  inFlight = new InFlight(server, activity);
  return { nest, inFlight, activity, listener: await listen(server, target), schemaHead: proof.schemaHead };
}

async function drainAndExit({ tenant, env, log }: Serve, serving: Serving, reason: string): Promise<void> {
  const { nest, inFlight, listener } = serving;
  log.info({ reason }, 'draining');
  reportStopping(env);
  const timeoutMs = tenant.settings.process.drainTimeout;
  const cutOff = await drain({
    server: nest.getHttpServer(),
    inFlight,
    timeoutMs,
    stopListening: () => listener.stop(),
    close: () => nest.close(),
  });
  if (cutOff > 0) log.warn({ requests: cutOff, timeoutMs }, 'cut off requests that took too long');
  log.info('stopped');
  process.exit(exitCodes.done);
}

/** By whom this process would be started again; supervisord, for one, would not. */
function wakerOf(target: ListenTarget): 'supervisor' | 'socket' | undefined {
  if (process.send !== undefined) return 'supervisor';
  return target.kind === 'descriptor' ? 'socket' : undefined;
}

/**
 * Runs `stop` once: on SIGTERM, Ctrl-C, when the supervisor that started this process is gone, or when what it returns is
 * called.
 */
function onStop(stop: (reason: string) => Promise<void>): (reason: string) => void {
  let isStopping = false;
  const once = (reason: string): void => {
    if (isStopping) return;
    isStopping = true;
    void stop(reason);
  };
  process.on('SIGTERM', () => once('SIGTERM'));
  process.on('SIGINT', () => once('SIGINT'));
  process.on('disconnect', () => once('the supervisor is gone'));
  if (process.send !== undefined && !process.connected) once('the supervisor is gone');
  return once;
}

function logOf({ name, release, settings, scrub }: Tenant): Logger {
  return createLog({ tenant: name, release: release.id, level: settings.log.level, scrub });
}
