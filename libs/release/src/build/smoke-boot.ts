import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import type { ScratchTenant } from '../bundle/warm-bundle.js';
import { SmokeBootFailed } from './errors.js';

const timeoutMs = 30_000;

/**
 * Starts each application from the staged release, as a process manager would, asks it whether it is ready and for its
 * front page, and runs a command of the release's own operator.
 * @throws SmokeBootFailed (1).
 */
export async function smokeBoot(dir: string, tenants: readonly ScratchTenant[]): Promise<void> {
  for (const tenant of tenants) await bootTenant(dir, tenant);
  const [tenant] = tenants;
  if (tenant !== undefined) await runOperator(dir, tenant);
}

async function bootTenant(dir: string, tenant: ScratchTenant): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-smoke-'));
  const socket = join(folder, 's');
  const child = spawn(join(dir, 'bin', 'start-tenant'), [tenant.tenant], {
    ...{ stdio: ['ignore', 'ignore', 'pipe', 'ipc'], timeout: timeoutMs },
    env: { ...environmentOf(tenant), TENANTRY_APP: tenant.app, TENANTRY__HTTP__SOCKET: socket },
  });
  const complaint = collect(child);
  const ended = once(child, 'exit');
  try {
    const isReady = await Promise.race([once(child, 'message').then(() => true), ended.then(() => false)]);
    if (!isReady) throw failed(tenant.app, complaint() || 'it ended');
    await visit(dir, tenant, socket);
    child.kill('SIGTERM');
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw failed(tenant.app, complaint() || `it ended with exit ${code}`);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

async function visit(dir: string, { tenant, app, host }: ScratchTenant, socket: string): Promise<void> {
  const health = await get(socket, '/health/ready', host);
  const says = parse(health.body);
  if (health.status !== 200 || says.tenant !== tenant || says.release !== basename(dir)) {
    throw failed(app, `/health/ready answered ${health.status}: ${health.body}`);
  }
  const page = await get(socket, '/', host);
  if (page.status >= 500) throw failed(app, `its front page answered ${page.status}`);
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function get(socketPath: string, path: string, host: string): Promise<Answer> {
  const asked = request({ socketPath, path, headers: { host, accept: 'text/html' }, timeout: timeoutMs });
  asked.on('timeout', () => asked.destroy());
  asked.end();
  const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}

function parse(body: string): { tenant?: unknown; release?: unknown } {
  try {
    return JSON.parse(body) as { tenant?: unknown; release?: unknown };
  } catch {
    return {};
  }
}

async function runOperator(dir: string, tenant: ScratchTenant): Promise<void> {
  const child = spawn(join(dir, 'bin', 'tenantry'), ['tenant', 'list', '--json'], {
    ...{ stdio: ['ignore', 'ignore', 'pipe'], timeout: timeoutMs },
    env: environmentOf(tenant),
  });
  const complaint = collect(child);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw failed('bin/tenantry', complaint() || `exit ${code}`);
}

/** As little as a process manager gives. */
function environmentOf({ home, tenant }: ScratchTenant): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', TENANT: tenant, TENANTRY_HOME: home, NODE_ENV: 'production' };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (text += part));
  return () => text.trim();
}

function failed(what: string, why: string): SmokeBootFailed {
  return new SmokeBootFailed(`${what}: started from the new release, it failed: ${why}.`, {
    hint: 'The release was not kept. Start the application from the checkout to see more.',
  });
}
