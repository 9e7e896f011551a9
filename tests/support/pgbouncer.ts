import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'node:net';

const program = '/usr/sbin/pgbouncer';

/** Why tests that need it are skipped, if they are. */
export const withoutPgBouncer = existsSync(program) ? undefined : 'pgbouncer is not installed';

const isRoot = process.getuid?.() === 0;

/** A real PgBouncer, as Debian's user of it would run one: as a user of its own where we are root. */
export class PgBouncer {
  #child: ChildProcess | undefined;
  readonly authFile: string;
  readonly #config: string;

  constructor(
    readonly folder: string,
    readonly port: number,
  ) {
    mkdirSync(folder, { recursive: true });
    this.authFile = join(folder, 'users.txt');
    this.#config = join(folder, 'pgbouncer.ini');
    if (!isRoot) return;
    // What docs/postgres-servers.md says to do: new files in it are for its group to read.
    chownSync(folder, 0, Number(execFileSync('id', ['-g', 'postgres'], { encoding: 'utf8' })));
    chmodSync(folder, 0o2750);
  }

  /** Instead of the one that runs, if one does. */
  async start(config: string): Promise<void> {
    await this.stop();
    writeFileSync(this.#config, config, { mode: 0o640 });
    const as = isRoot ? ['-u', 'postgres'] : [];
    this.#child = spawn(program, ['-q', ...as, this.#config], { stdio: 'ignore' });
    for (let tries = 0; !(await answers(this.port)); tries += 1) {
      if (tries === 100) throw new Error('pgbouncer does not listen');
      await sleep(30);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
