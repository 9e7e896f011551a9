import { readdirSync } from 'node:fs';
import { errorCode } from './read-file.js';

/** Names of what is in a folder; none where there is no such folder. Throws what else the file system throws. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
