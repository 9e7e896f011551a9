import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

import { type Env, removeSocketFolder } from '#libs/settings';

import { createApp } from '../create-app.js';
import { Metrics } from '../operator/metrics.js';
import { Activity } from '../process/activity.js';
import { InFlight } from '../process/in-flight.js';
import { listen } from '../process/listen.js';
import { createLog, NestLog } from '../process/log.js';
import { prove } from '../prove.js';
import type { TenantApplication } from '../tenant-application.js';
import { loadTenant, type Tenant } from '../tenant.js';

export interface DryBoot {
  readonly app: TenantApplication;
  readonly releaseDir: string;
  /** The process's own. It names a scratch tenant: a database and a media root with nothing to lose. */
  readonly env: Env;
  readonly cwd: () => string;
}

/** Two: what only the first request compiles, and what only later ones do. */
const visits = 2;

/**
 * Boots the application for the scratch tenant as for any other, shows its front page, and takes all of it down again.
 * What is left is code: loaded, compiled, and having run once.
 */
export async function dryBoot({ app, releaseDir, env, cwd }: DryBoot): Promise<void> {
  const tenant = loadTenant({ application: app.application, releaseDir, env, cwd: cwd() });
  const proof = await prove(tenant, app);
  const labels = { tenant: tenant.name, release: tenant.release.id };
  const log = createLog({ ...labels, level: 'error', scrub: tenant.scrub });
  const nest = await createApp({
    ...{ app, tenant, proof, activity: new Activity() },
    metrics: new Metrics(labels, () => 0),
    logger: new NestLog(log),
    isDraining: () => false,
  });
  const server = nest.getHttpServer();
  const inFlight = new InFlight(server, new Activity());
  const path = join(tenant.home.paths.sockets, `spare-${process.pid.toString(36)}`);
  try {
    const listener = await listen(server, { kind: 'socket', path });
    for (let visit = 0; visit < visits; visit += 1) await visitFrontPage(path, tenant);
    inFlight.closeConnections();
    await listener.stop();
  } finally {
    await nest.close();
    rmSync(path, { force: true });
    // A scratch tenant's home is deep below the home, and its sockets in a folder of their own.
    removeSocketFolder(tenant.home.paths);
  }
}

/** Whatever it answers: a scratch tenant's page need not be a good one. */
function visitFrontPage(socketPath: string, { sites }: Tenant): Promise<void> {
  const [host = 'localhost'] = sites.served[0].hosts;
  return new Promise((resolve, reject) => {
    const headers = { host, accept: 'text/html', 'x-forwarded-for': '127.0.0.1' };
    const sent = request({ socketPath, path: '/', headers, agent: false }, (response) => {
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end();
  });
}
