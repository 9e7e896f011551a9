import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative, sep } from 'node:path';
import type { TenantName } from '#libs/settings';
import { type Guardian, PortTaken, type ProcessStatus } from '#libs/processes';
import { createTenant } from '../tenants/create-tenant.js';
import type { Dependencies } from '../dependencies.js';
import { listNames, listTenants, siteAddresses } from '../tenants/list-tenants.js';
import { forEachOf } from '../outcome.js';
import { inThrowawayHome } from './throwaway-home.js';
import { type Report, silentReport } from '../report.js';
import { serve } from '../processes/serve.js';

export interface DemoRequest {
  readonly codeRoot: string;
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Undefined: 8080, or the next port that is free. */
  readonly port?: number | undefined;
  readonly report: Report;
  out(text: string): void;
}

/**
 * The sample tenants of the checkout in a home of their own below the system's temporary folder, served until the
 * signal aborts.
 */
export async function runDemo(request: DemoRequest): Promise<void> {
  const { report, signal } = request;
  await refuseTakenPort(request.port);
  const port = request.port ?? (await firstFreePort(8080));
  const { codeRoot } = request;
  const furnish = (home: string): void => copySamples(codeRoot, home);
  const throwaway = { ...request, purpose: 'demo', command: 'npm run demo', port, furnish } as const;
  await inThrowawayHome(throwaway, async (dependencies, guardian) => {
    const password = await createSamples(dependencies);
    if (!signal.aborted) await serveSamples(request, { dependencies, password, guardian });
    report.step('stopping');
  });
  report.done('nothing left behind');
}

function copySamples(codeRoot: string, home: string): void {
  const samples = join(codeRoot, 'tenants');
  cpSync(samples, join(home, 'tenants'), {
    recursive: true,
    filter: (path) => !isOwn(relative(samples, path)),
  });
}

/** What a sample has of its own where the checkout is used for development: `acme/media`, but not `acme/seed/media`. */
function isOwn(path: string): boolean {
  const [, name, ...below] = path.split(sep);
  return below.length === 0 && ['secrets.yaml', 'first-admin.yaml', 'media'].includes(name ?? '');
}

/** Creates every sample; they share one made-up password, which the demo prints. */
async function createSamples(dependencies: Dependencies): Promise<string> {
  const password = `demo-${randomBytes(4).toString('hex')}`;
  const quiet = { ...dependencies, report: silentReport };
  await forEachOf(listNames(dependencies), 3, async (name) => {
    if (dependencies.signal.aborted) return;
    const created = await createTenant(quiet, { name, adminPassword: password, plan: false });
    dependencies.report.done(`${name}: database ${created.data.database ?? ''} created and migrated`);
  });
  return password;
}

interface Serving {
  readonly dependencies: Dependencies;
  readonly password: string;
  readonly guardian: Guardian;
}

async function serveSamples(
  request: DemoRequest,
  { dependencies, password, guardian }: Serving,
): Promise<void> {
  const listed = await listTenants(dependencies);
  const tenants = listed.map(({ name }) => name as TenantName);
  await serve(dependencies, {
    ...{ tenants, isBackground: false },
    onReady: ({ gateway, tenants: started }) => {
      guardian.guard({ pids: started.flatMap(({ pid }) => (pid === null ? [] : [pid])) });
      request.out(announcement(listed, started, { port: gateway.port, password }));
    },
  });
}

function announcement(
  listed: Awaited<ReturnType<typeof listTenants>>,
  started: readonly ProcessStatus[],
  { port, password }: { port: number; password: string },
): string {
  const blocks = listed.map((tenant) => {
    const { name, database, mediaRoot, error } = tenant;
    const [own, ...sites] = siteAddresses(tenant);
    const host = own?.host ?? name;
    const lastError = started.find((status) => status.tenant === name)?.lastError;
    const process = processOf(started, name) ?? `not running: ${error ?? lastError ?? ''}`;
    return [
      `  http://${host}:${port}/`,
      `    ${name}: ${process}, database ${database ?? '-'}, media ${mediaRoot ?? '-'}`,
      ...sites.flatMap(({ host: siteHost, unit, site }) => [
        `  http://${siteHost}:${port}/`,
        `    site ${site?.name} of ${name}: ${unit === name ? 'in the same process' : (processOf(started, unit) ?? 'not running')}, the same database and media`,
      ]),
      `    sign in at http://${host}:${port}/admin as admin@${host}, password ${password}`,
    ].join('\n');
  });
  return ['', ...blocks, '', 'Ctrl-C stops everything and removes it.', ''].join('\n');
}

function processOf(started: readonly ProcessStatus[], unit: string): string | undefined {
  const pid = started.find(({ tenant }) => tenant === unit)?.pid;
  return pid ? `process ${pid}` : undefined;
}

/** Found out now, not after a minute of laying out what the gateway then could not serve. */
async function refuseTakenPort(port: number | undefined): Promise<void> {
  if (port === undefined || (await isFree(port))) return;
  throw new PortTaken(`--port: ${port} is taken by another program.`, {
    hint: 'Choose another, or leave it out for the first free one from 8080.',
  });
}

async function firstFreePort(from: number): Promise<number> {
  for (let port = from; port < from + 100; port += 1) if (await isFree(port)) return port;
  return 0;
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen(port, '127.0.0.1', resolve);
    });
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
