import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { entry, nodeFlags, pinnedNode } from './command-line.js';

export interface KilledCommand {
  readonly home: string;
  readonly words: readonly string[];
  readonly input?: string | undefined;
  /** Asked every millisecond while the command runs; it is killed as soon as this is true. */
  readonly isDue: () => boolean | Promise<boolean>;
  /** A folder that is there: asked at each change in it as well, for moments that are shorter. */
  readonly within?: string | undefined;
}

const everyMs = 1;

/** Runs a command until it is due, and ends it there by SIGKILL; false when it was done before. */
export async function killWhen({ home, words, input, isDue, within }: KilledCommand): Promise<boolean> {
  let wake = (): void => {};
  const watcher = within === undefined ? undefined : watch(within, () => wake());
  const child = spawn(pinnedNode, [...nodeFlags, entry, ...words], {
    cwd: home,
    env: { PATH: process.env['PATH'], TENANTRY_HOME: home, NODE_ENV: 'production' },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = once(child, 'exit');
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  while (child.exitCode === null && !(await isDue())) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      setTimeout(resolve, everyMs);
    });
  }
  child.kill('SIGKILL');
  await exited;
  watcher?.close();
  return child.signalCode === 'SIGKILL';
}
