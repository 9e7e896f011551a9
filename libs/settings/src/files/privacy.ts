import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { failWith } from './problem.js';

interface PrivateFile {
  readonly path: string;
  /** How the operator knows the file. */
  readonly name: string;
}

const root = 0;

/**
 * A file of secrets is its owner's alone: no group reads it, were it root's. Whose it is, its folder says: root, who
 * can read everybody's, refuses one that belongs to a third user, such as another tenant's, who reads it as well.
 * In a folder of root's only root has said whose it is.
 */
export function checkPrivacy(file: PrivateFile, { mode, uid }: Pick<Stats, 'mode' | 'uid'>): void {
  if ((mode & 0o077) !== 0) {
    const found = (mode & 0o7777).toString(8).padStart(4, '0');
    failWith({
      file: file.name,
      text: `holds secrets and can be read by others: expected mode 0600, found ${found}`,
      hint: `Run: chmod 600 ${shellWord(file.name)}`,
    });
  }
  const reader = process.geteuid?.();
  if (reader === undefined || uid === reader || uid === root) return;
  const { uid: owner } = statSync(dirname(file.path));
  if (uid === owner || owner === root) return;
  failWith({
    file: file.name,
    text: `holds secrets and belongs to another user: expected user ${owner}, the owner of its folder, found user ${uid}`,
    hint: `Run: chown ${owner} ${shellWord(file.name)}`,
  });
}

/** What to do about a file of secrets that its reader may not open. */
export function giveToReader({ name }: PrivateFile): string | undefined {
  const reader = process.geteuid?.();
  return reader === undefined ? undefined : `Run as root: chown ${reader} ${shellWord(name)}`;
}

function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
