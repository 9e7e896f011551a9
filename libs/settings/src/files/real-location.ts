import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { errorCode } from './read-file.js';

/** A folder as it is called, and where it is once links are followed. */
export interface RealFolder {
  readonly path: string;
  readonly real: string;
}

/** The path with links followed as far as it exists. */
export function realLocation(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    const parent = dirname(path);
    return parent === path ? path : join(realLocation(parent), path.slice(parent.length));
  }
}

/** The same for a path below the folder, without looking at all folders above again: few have a link in between. */
export function realLocationIn(folder: RealFolder, path: string): string {
  if (!path.startsWith(folder.path + sep) || mayHaveLink(folder.path, path)) return realLocation(path);
  return join(folder.real, path.slice(folder.path.length));
}

function mayHaveLink(folder: string, path: string): boolean {
  let at = folder;
  for (const part of path.slice(folder.length + 1).split(sep)) {
    at += sep + part;
    const kind = kindOf(at);
    if (kind !== 'folder') return kind === 'unclear';
  }
  return false;
}

/** Below what is not there nothing is, neither a link. */
function kindOf(path: string): 'folder' | 'missing' | 'unclear' {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 'missing';
    return stats.isSymbolicLink() ? 'unclear' : 'folder';
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 'unclear';
  }
}
