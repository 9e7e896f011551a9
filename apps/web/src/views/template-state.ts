import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Another text whenever a template or a `theme.css` in the folders is new, changed or gone. A few dozen stat(2). */
export function templateState(folders: readonly string[]): string {
  return folders.flatMap(filesBelow).map(stateOf).join('\n');
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  } catch {
    // Not there, or just on its way out.
    return [];
  }
}

function stateOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
  return `${file} ${stats?.mtimeNs} ${stats?.ino} ${stats?.size}`;
}
