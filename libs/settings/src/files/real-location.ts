import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** The same with one look where the path is right inside the folder, which saves looking at all folders above again. */
export function realLocationIn(folder: RealFolder, path: string): string {
  if (dirname(path) !== folder.path || isLinkOrUnclear(path)) return realLocation(path);
  return join(folder.real, path.slice(folder.path.length));
}

function isLinkOrUnclear(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return true;
  }
}
