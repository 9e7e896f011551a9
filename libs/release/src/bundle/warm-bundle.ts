import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { FailedError } from '#libs/settings';

const warmScript = fileURLToPath(new URL('warm.cjs', import.meta.url));
const bootTimeoutMs = 30_000;

/** A tenant with nothing to lose, whose start shows what a start needs. */
export interface ScratchTenant {
  readonly home: string;
  readonly tenant: string;
  /** The application that it boots; bundles of others are only loaded. */
  readonly app: string;
  /** One of its hosts, asked for its front page. */
  readonly host: string;
}

export interface WarmBundleInput {
  readonly folder: string;
  readonly app: string;
  /** The Node and the V8 flags of a tenant process: a cache serves no others. */
  readonly node: string;
  readonly flags: readonly string[];
  /** Without: the bundle is loaded, but nothing is booted. */
  readonly scratch?: ScratchTenant | undefined;
}

export class NotWarmed extends FailedError {
  override readonly code = 'NOT_WARMED';
}

/** Writes `cache/<app>.bin`: the bundle as V8 compiled it during one start. */
export async function warmBundle(input: WarmBundleInput): Promise<void> {
  const socketDir = await mkdtemp(join(tmpdir(), 'tenantry-warm-'));
  try {
    await bootOnce(input, join(socketDir, 's'));
  } finally {
    await rm(socketDir, { recursive: true, force: true });
  }
}

async function bootOnce(
  { folder, app, node, flags, scratch }: WarmBundleInput,
  socket: string,
): Promise<void> {
  const child = spawn(node, [...flags, warmScript, folder, app], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Without a tenant the process loads everything, finds that nobody said whom to serve, and ends.
    env: scratch === undefined ? {} : scratchEnv(scratch, socket),
    timeout: bootTimeoutMs,
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ended = once(child, 'exit');
  child.once('message', () => {
    void visit(socket, scratch?.host ?? '').finally(() => child.kill('SIGTERM'));
  });
  const [code] = (await ended) as [number | null];
  const expected = scratch === undefined ? 78 : 0;
  if (code === expected) return;
  throw new NotWarmed(`bundle ${app}: its first start failed: ${complaint.trim() || `exit ${code}`}`, {
    hint: 'Start the application from dist/ to see more.',
  });
}

function scratchEnv({ home, tenant }: ScratchTenant, socket: string): Record<string, string> {
  return { TENANT: tenant, TENANTRY_HOME: home, TENANTRY__HTTP__SOCKET: socket, NODE_ENV: 'production' };
}

/** One page, twice: what only the first request compiles, and what only later ones do. */
async function visit(socketPath: string, host: string): Promise<void> {
  for (let visits = 0; visits < 2; visits += 1) {
    const response = request({ socketPath, path: '/', headers: { host, accept: 'text/html' } });
    response.end();
    const [message] = (await once(response, 'response')) as [NodeJS.ReadableStream];
    await once(message.resume(), 'end');
  }
}
