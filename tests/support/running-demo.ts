import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkoutDir, pinnedNode } from './command-line.js';
import { freePort } from './test-home.js';

export interface RunningDemo {
  readonly child: ChildProcess;
  readonly port: number;
  readonly password: string;
  /** What it printed: addresses, process ids, databases. */
  readonly announcement: string;
  /** The pids that it printed. */
  readonly pids: readonly number[];
  /** Ctrl-C, and how it ended. */
  stop(): Promise<number | null>;
}

/** `npm run demo`, once everything is built. */
export async function startDemo(): Promise<RunningDemo> {
  const port = await freePort();
  const entry = join(checkoutDir, 'dist', 'apps', 'tenantry', 'src', 'main.js');
  const child = spawn(pinnedNode, [entry, 'demo', '--port', String(port)], {
    cwd: checkoutDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let progress = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (progress += text));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const announcement = await announced(child, () => progress);
  return {
    ...{ child, port, announcement },
    password: /password (\S+)/.exec(announcement)?.[1] ?? '',
    pids: [...announcement.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid)),
    stop: async () => {
      child.kill('SIGINT');
      return exited;
    },
  };
}

function announced(child: ChildProcess, progress: () => string): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${progress()}`)));
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('Ctrl-C')) resolve(text);
    });
  });
}
