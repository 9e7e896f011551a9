import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { pinnedNode } from './command-line.js';
import { runner } from './shared-bundle.js';

export interface Attempt {
  readonly code: number | null;
  readonly signal: string | null;
  /** Of both streams. */
  readonly output: string;
}

export interface RunnerOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program of this folder, such as `deploy-runner HOME WORDS…`, which may end itself by SIGKILL. */
export async function runRunner(
  name: string,
  { home, env }: RunnerOptions,
  ...words: readonly string[]
): Promise<Attempt> {
  const child = spawn(pinnedNode, [runner(name), home, ...words], {
    ...{ cwd: home, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
  });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output: `${await out}${await err}` };
}
