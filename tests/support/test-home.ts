import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ran, tenantry, tenantryWith } from './command-line.js';

/** A home of its own with an embedded Postgres of its own, and what a test does with it. */
export interface TestHome {
  readonly dir: string;
  readonly port: number;
  run(...words: readonly string[]): Promise<Ran>;
  /** Runs and expects exit 0. */
  done(...words: readonly string[]): Promise<Ran>;
  /** Through the gateway; `host` without port. */
  get(host: string, path: string, init?: RequestInit): Promise<Response>;
  remove(): Promise<void>;
}

export interface TestHomeOptions {
  /** More words for `tenantry init`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Lays a home out below the temporary folder, with a space in its name. */
export async function makeTestHome(
  label: string,
  { args = [], env = {} }: TestHomeOptions = {},
): Promise<TestHome> {
  const dir = join(mkdtempSync(join(tmpdir(), `tenantry ${label}-`)), 'home');
  const port = await freePort();
  const made = await tenantryWith(
    { home: dir, cwd: tmpdir(), env },
    ...['init', dir, '--port', String(port), ...args],
  );
  if (made.code !== 0) throw new Error(`init failed: ${made.stderr}`);
  spareTheDisk(join(dir, 'tenantry.yaml'));
  return homeAt(dir, port);
}

/** Nothing in here has to survive a power cut. */
function spareTheDisk(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/^( +)embedded: true$/m, '$&\n$1durable: false'));
}

function homeAt(dir: string, port: number): TestHome {
  const run = (...words: readonly string[]): Promise<Ran> => tenantry(dir, ...words);
  return {
    ...{ dir, port, run },
    done: async (...words) => {
      const ran = await run(...words);
      if (ran.code !== 0)
        throw new Error(`tenantry ${words.join(' ')}: exit ${ran.code}\n${ran.stderr}\n${ran.stdout}`);
      return ran;
    },
    get: (host, path, init) => fetchVia(port, host, { path, init }),
    remove: async () => {
      await run('stop', '--all');
      await run('postgres', 'stop');
      rmSync(join(dir, '..'), { recursive: true, force: true });
    },
  };
}

/** fetch() cannot set Host, but resolves *.localhost to loopback only where the system does: so both are spelt out. */
export async function fetchVia(
  port: number,
  host: string,
  { path, init }: { path: string; init?: RequestInit | undefined },
): Promise<Response> {
  const { request } = await import('node:http');
  const headers = new Headers(init?.headers);
  headers.set('host', `${host}:${port}`);
  const where = { host: '127.0.0.1', port, path, method: init?.method ?? 'GET', agent: false };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...where, headers: Object.fromEntries(headers) }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve(toResponse(incoming, Buffer.concat(chunks))));
    });
    outgoing.on('error', reject);
    outgoing.end(init?.body);
  });
}

function toResponse({ statusCode = 0, headersDistinct }: IncomingMessage, body: Buffer): Response {
  const headers = Object.entries(headersDistinct).flatMap(([name, values]) =>
    (values ?? []).map((value): [string, string] => [name, value]),
  );
  return new Response([204, 304].includes(statusCode) ? null : new Uint8Array(body), {
    status: statusCode,
    headers,
  });
}

/**
 * Below those that the system gives to outgoing connections: between our look and the listening that it is for, a busy
 * machine hands one of those out.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listening) await new Promise((resolve) => probe.close(resolve));
  return listening;
}
