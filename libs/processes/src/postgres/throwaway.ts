import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type PostgresAddress, Secret } from '#libs/settings';
import { startEmbeddedPostgres, type StartOptions } from './embedded.js';
import { isElsewhere, place } from './placement.js';
import { watchdogScript } from './watchdog.js';

export interface ThrowawayPostgres {
  readonly server: PostgresAddress;
  readonly pid: number;
  /** Ends the server and removes what it kept on disk. */
  stop(): Promise<void>;
}

export interface ThrowawayOptions {
  /** A folder for its data, which stays when the server is gone; a new temporary one, which does not, unless given. */
  readonly dir?: string | undefined;
  readonly binDir?: string | undefined;
  readonly maxConnections?: number | undefined;
  readonly report?: ((line: string) => void) | undefined;
}

/**
 * A server for tests and demos. It ends, and its data goes, when `stop` is called or when the process that started
 * it dies in any way, by kill -9 too.
 */
export async function startThrowawayPostgres(options: ThrowawayOptions = {}): Promise<ThrowawayPostgres> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'tenantry-pg-'));
  mkdirSync(dir, { recursive: true });
  // As root the server runs as another user, who must be able to walk into this folder.
  if (process.getuid?.() === 0) chmodSync(dir, 0o711);
  const start = startOptions(dir, options);
  const { dataDir } = place(start.dataDir);
  const ours =
    options.dir === undefined ? [dir] : ['data', 'run', 'postgres.log'].map((name) => join(dir, name));
  const watchdog = startWatchdog(dataDir, isElsewhere(dataDir) ? [...ours, dirname(dataDir)] : ours);
  try {
    const { host, port, pid } = await startEmbeddedPostgres(start);
    const { name, password } = start;
    const login = { user: 'postgres', database: 'postgres', password, ssl: 'off' as const };
    const server = { name, host, port, ...login };
    return { server, pid, stop: () => dismiss(watchdog) };
  } catch (error) {
    await dismiss(watchdog);
    throw error;
  }
}

function startOptions(dir: string, options: ThrowawayOptions): StartOptions {
  return {
    name: 'throwaway',
    dataDir: join(dir, 'data'),
    runFile: join(dir, 'run', 'postgres.json'),
    socketDir: join(dir, 'run'),
    logFile: join(dir, 'postgres.log'),
    password: new Secret(randomBytes(18).toString('base64url')),
    durable: false,
    binDir: options.binDir,
    maxConnections: options.maxConnections,
    report: options.report,
  };
}

/** Started before the server, so that there is no moment in which our death would leave one behind. */
function startWatchdog(dataDir: string, paths: readonly string[]): ChildProcess {
  const child = spawn('/bin/sh', ['-c', watchdogScript, 'tenantry-watchdog', dataDir, ...paths], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  // Neither the process nor its pipe may keep ours alive.
  (child.stdin as unknown as { unref(): void } | null)?.unref();
  return child;
}

async function dismiss(watchdog: ChildProcess): Promise<void> {
  if (watchdog.exitCode !== null) return;
  const gone = new Promise((done) => watchdog.once('exit', done));
  watchdog.ref();
  watchdog.stdin?.end();
  await gone;
}
