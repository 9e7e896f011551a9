import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { edgeCommands } from '../generators/edge/edge-commands.js';
import type { GeneratedFile, HostingPlan } from '../plan.js';

export type EdgeKind = 'nginx' | 'apache' | 'caddy';

export const testedKinds: readonly EdgeKind[] = ['nginx', 'apache', 'caddy'];

const programs: Readonly<Record<EdgeKind, readonly string[]>> = {
  nginx: ['/usr/sbin/nginx'],
  apache: ['/usr/sbin/apache2', '/usr/lib/apache2/modules/mod_xsendfile.so'],
  caddy: ['/usr/bin/caddy'],
};
const packages: Readonly<Record<EdgeKind, string>> = {
  nginx: 'nginx',
  apache: 'apache2 libapache2-mod-xsendfile',
  caddy: 'caddy',
};

/** Whether the server is installed; says how it would be when it is not. */
export function isInstalled(kind: EdgeKind): boolean {
  const missing = programs[kind].filter((file) => !existsSync(file));
  if (missing.length > 0) {
    process.stderr.write(
      `SKIPPED: the tests of ${kind}, as there is no ${missing.join(', ')}. On Debian: apt-get install ${packages[kind]}\n`,
    );
  }
  return missing.length === 0;
}

export interface Checked {
  readonly isFine: boolean;
  readonly text: string;
}

/** Runs the server's own checker over what was written to the folder. */
export async function check(kind: EdgeKind, folder: string): Promise<Checked> {
  const [program, ...words] = edgeCommands(kind, { folder, runDir: join(folder, 'run') }).check;
  return new Promise((resolve) => {
    execFile(program, words, { env: environment(folder) }, (error, stdout, stderr) =>
      resolve({ isFine: error === null, text: stdout + stderr }),
    );
  });
}

export function writeFiles(folder: string, files: readonly GeneratedFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A server that nobody else uses, from the files of a home. */
export class PrivateEdge {
  #output = '';

  private constructor(
    readonly kind: EdgeKind,
    private readonly home: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  static async start(
    kind: EdgeKind,
    { home, edge }: Pick<HostingPlan, 'home' | 'edge'>,
  ): Promise<PrivateEdge> {
    const [program, ...words] = edgeCommands(kind, { folder: home, runDir: join(home, 'run') }).run;
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(home) });
    const started = new PrivateEdge(kind, home, child);
    await started.#listens(edge.httpPort);
    return started;
  }

  /** As `systemctl reload` does. */
  async reload(): Promise<void> {
    if (this.kind !== 'caddy') {
      this.child.kill(this.kind === 'nginx' ? 'SIGHUP' : 'SIGUSR1');
      // The signal is acknowledged by nothing.
      await sleep(700);
      return;
    }
    const [, ...words] = edgeCommands('caddy', { folder: this.home, runDir: join(this.home, 'run') }).reload;
    await new Promise<void>((resolve, reject) => {
      execFile('caddy', words, { env: environment(this.home) }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }

  async #listens(port: number): Promise<void> {
    for (const deadline = Date.now() + 15_000; ; await sleep(30)) {
      if (await answers(port)) return;
      if (this.child.exitCode !== null || Date.now() > deadline) {
        throw new TypeError(`${this.kind} does not listen: ${this.#output}`);
      }
    }
  }
}

/** Caddy keeps certificates and its last configuration where these say. */
function environment(home: string): Record<string, string> {
  const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin`;
  return { PATH, HOME: home, XDG_DATA_HOME: join(home, 'run'), XDG_CONFIG_HOME: join(home, 'run') };
}

/** An open port is not enough: Apache opens it before it can take the signal of a reload, which would end it. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    request.once('error', () => resolve(false)).setTimeout(2000, () => request.destroy());
  });
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
