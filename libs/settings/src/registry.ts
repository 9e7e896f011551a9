import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './errors.js';
import { failWith } from './files/problem.js';
import { errorCode } from './files/read-file.js';
import type { HomePaths } from './home/types.js';
import { displayPath } from './layers/read-layer.js';
import { nearest } from './nearest.js';
import { isTenantName, parseTenantName, type TenantName } from './tenant-name.js';

export class UnknownTenant extends UsageError {
  override readonly code = 'UNKNOWN_TENANT';
}

/**
 * The tenants of the home, sorted: the tenants folder is the registry. Folders that no tenant can be called by,
 * such as `_profiles` or `lost+found`, are none. A folder that cannot be read is an error, never an empty fleet.
 */
export function listTenantNames(paths: HomePaths): TenantName[] {
  const names = readFolder(paths).flatMap((entry) =>
    isTenantName(entry.name) && isFolder(paths, entry) ? [entry.name] : [],
  );
  return names.sort();
}

/** Parses a name that was typed and makes sure that it is a tenant's: InvalidTenantName or UnknownTenant otherwise. */
export function requireTenant(paths: HomePaths, text: string): TenantName {
  const name = parseTenantName(text);
  const known = listTenantNames(paths);
  if (known.includes(name)) return name;
  const near = nearest(name, known);
  throw new UnknownTenant(`tenant ${name}: there is no tenant of this name.`, {
    tenant: name,
    hint: near === undefined ? 'Run `tenantry tenant list` to see all.' : `Did you mean "${near}"?`,
  });
}

function readFolder(paths: HomePaths): Dirent[] {
  try {
    return readdirSync(paths.tenants, { withFileTypes: true });
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const file = displayPath(paths.home, paths.tenants);
    const missing = code === 'ENOENT' ? 'no such folder' : code;
    return failWith({ file, text: `the tenants folder cannot be read: ${missing}` });
  }
}

function isFolder(paths: HomePaths, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(paths.tenants, entry.name), { throwIfNoEntry: false })?.isDirectory() === true;
}
