import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { FailedError, syncFolder } from '#libs/settings';
import type { Moved } from './trash.js';

export class NotMoved extends FailedError {
  override readonly code = 'NOT_MOVED';
}

/** By one rename, on the disk when it returns. Can be repeated. Throws NotMoved, with nothing moved. */
export function moveFolder({ from, to }: Moved): void {
  const [isHere, isThere] = [existsSync(from), existsSync(to)];
  if (!isHere && isThere) return;
  if (isHere && isThere) throw new NotMoved(`${to}: is there already. Nothing was moved.`);
  if (!isHere) throw new NotMoved(`${from}: is not there. Nothing was moved.`);
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o750 });
    renameSync(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const hint = code === 'EXDEV' ? 'Both have to be on one file system.' : undefined;
    throw new NotMoved(`${from}: cannot be renamed to ${to}: ${code}.`, { cause: error, hint });
  }
  for (const folder of new Set([dirname(from), dirname(to)])) syncFolder(folder);
}
