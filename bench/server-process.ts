import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 30_000;

/** How a server that is measured is started, and which page of it is asked for. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly socket: string;
  readonly host: string;
  readonly path: string;
}

export interface RunningServer {
  readonly pid: number;
  /** From spawn to the first whole response of 200. */
  readonly firstResponseMs: number;
  stop(): Promise<void>;
}

/** Starts a server and asks until it answers. */
export async function startServer(server: ServerCommand): Promise<RunningServer> {
  const startedAt = performance.now();
  const child = spawn(server.command, server.args, { stdio: ['ignore', 'ignore', 'pipe'], env: server.env });
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  for (let status = await ask(server); status !== 200; status = await ask(server)) {
    if (child.exitCode !== null || performance.now() - startedAt > patienceMs) {
      child.kill('SIGKILL');
      throw new TypeError(`${server.args.join(' ')} answers ${status ?? 'nothing'}: ${complaint}`);
    }
    await sleep(1);
  }
  const firstResponseMs = performance.now() - startedAt;
  return { pid: child.pid ?? 0, firstResponseMs, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}

/** The status of the page, undefined while nobody answers. */
export function ask({ socket, host, path }: ServerCommand): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = request({ socketPath: socket, path, headers: { host }, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    sent.on('error', () => resolve(undefined)).end();
  });
}
