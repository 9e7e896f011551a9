import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

export const checkoutDir = join(import.meta.dirname, '../../..');
export const pinnedNode = join(checkoutDir, 'node_modules', '.bin', 'node');
const compiled = join(checkoutDir, 'dist', 'apps', 'tenantry', 'src', 'main.js');
const bundled = join(checkoutDir, 'dist', 'bundle', 'operator', 'main.mjs');
/** The command line as operators run it: bundled, unless it was compiled since. */
export const entry =
  changedAt(bundled) >= changedAt(join(checkoutDir, 'dist', '.tsbuildinfo')) ? bundled : compiled;

/** Commands end before garbage matters, and there are thousands of them: a fifth of their time would go into its collection. */
export const nodeFlags = ['--min-semi-space-size=16'] as const;

/** In ms; 0 where there is none. */
export function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as the one document that it must be. */
  json<T>(): T;
}

/** Runs `tenantry …` as an operator would, in the given home; without a terminal, as scripts do. */
export async function tenantry(home: string, ...words: readonly string[]): Promise<Ran> {
  return tenantryWith({ home }, ...words);
}

export interface RunOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; nothing unless given. */
  readonly input?: string;
}

export async function tenantryWith(
  { home, env, cwd, input }: RunOptions,
  ...words: readonly string[]
): Promise<Ran> {
  const child = spawn(pinnedNode, [...nodeFlags, entry, ...words], {
    cwd: cwd ?? home,
    env: { PATH: process.env['PATH'], TENANTRY_HOME: home, NODE_ENV: 'production', ...env },
    stdio: 'pipe',
  });
  // A command that reads nothing may be gone before we have written.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const out = stdout.join('');
  return { code, stdout: out, stderr: stderr.join(''), json: <T>() => JSON.parse(out) as T };
}
