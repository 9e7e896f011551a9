import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { entry, pinnedNode } from './command-line.js';

export interface KilledCommand {
  readonly home: string;
  readonly words: readonly string[];
  readonly input?: string | undefined;
  /** Asked over and over while the command runs; it is killed as soon as this is true. */
  readonly isDue: () => boolean | Promise<boolean>;
}

/** Runs a command until it is due, and ends it there by SIGKILL; false when it was done before. */
export async function killWhen({ home, words, input, isDue }: KilledCommand): Promise<boolean> {
  const child = spawn(pinnedNode, [entry, ...words], {
    cwd: home,
    env: { PATH: process.env['PATH'], TENANTRY_HOME: home, NODE_ENV: 'production' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = once(child, 'exit');
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  while (child.exitCode === null && !(await isDue())) await nextTurn();
  child.kill('SIGKILL');
  await exited;
  return child.signalCode === 'SIGKILL';
}
