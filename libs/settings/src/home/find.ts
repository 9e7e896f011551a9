import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { Env } from './types.js';

/** The file that makes a folder a home. */
export const homeFile = 'tenantry.yaml';

export class NoHome extends UsageError {
  override readonly code = 'NO_HOME';
}

/** TENANTRY_HOME, else the nearest parent of `cwd` that holds tenantry.yaml; NoHome where there is neither. */
export function findHome({ env, cwd }: { readonly env: Env; readonly cwd: string }): string {
  const named = env['TENANTRY_HOME'];
  if (named !== undefined && named !== '') return requireHome(resolve(cwd, named));
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (isHome(folder)) return folder;
    if (dirname(folder) === folder) break;
  }
  throw new NoHome(`${resolve(cwd)}: neither this folder nor one above it holds ${homeFile}.`, {
    hint: 'Go to a home, set TENANTRY_HOME, or make one: tenantry init DIR',
  });
}

function requireHome(folder: string): string {
  if (isHome(folder)) return folder;
  throw new NoHome(`TENANTRY_HOME: ${folder} holds no ${homeFile}.`, {
    hint: `Make a home of it: tenantry init ${folder}`,
  });
}

function isHome(folder: string): boolean {
  return statSync(join(folder, homeFile), { throwIfNoEntry: false }) !== undefined;
}
