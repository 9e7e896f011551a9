import { existsSync, mkdirSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Secret, writeFileAtomically } from '#libs/settings';

/** What a home consists of, beside its files. */
export const homeFolders = ['tenants', 'releases', 'run', 'state', 'backups'] as const;

/** What is written into it, the one that makes it a home last. */
export const homeFiles = ['secrets.yaml', 'tenantry.yaml'] as const;

/** Whether this is what a write of the file had not finished. */
export function isDraftOf(file: string, name: string): boolean {
  return name.startsWith(`${file}.`) && name.endsWith('.new');
}

export interface HomeFiles {
  readonly hostSettings: string;
  readonly password: Secret | undefined;
}

/** `tenantry.yaml` comes last: a folder without it is no home, so a half laid-out one is simply laid out again. */
export function writeHomeFiles(home: string, { hostSettings, password }: HomeFiles): void {
  try {
    if (password) writeFileAtomically(join(home, 'secrets.yaml'), secretsText(password), 0o600);
    writeFileAtomically(join(home, 'tenantry.yaml'), hostSettings, 0o644);
  } catch (error) {
    rmSync(join(home, 'secrets.yaml'), { force: true });
    throw error;
  }
}

function secretsText(password: Secret): string {
  return `# Passwords of the servers of tenantry.yaml.\npostgres:\n  servers:\n    main:\n      password: ${JSON.stringify(password.reveal())}\n`;
}

/** Notes each folder that was not there, the outer ones first, as it is made. */
export function makeFolders(home: string, made: string[]): void {
  for (const folder of [home, ...homeFolders.map((name) => join(home, name)), join(home, 'run', 'locks')]) {
    makeFolder(folder, made);
  }
}

/** By hand: below /proc, whose mkdir(2) says ENOENT, Node's own `recursive` tries for ever. */
function makeFolder(folder: string, made: string[]): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder), made);
  try {
    mkdirSync(folder, { mode: 0o755 });
    made.push(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The empty ones only: what somebody else has put there since is not ours. */
export function removeFolders(made: readonly string[]): void {
  for (const folder of made.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      // Not empty, or not ours to remove.
    }
  }
}
