import { lstatSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { namesIn } from '#libs/settings';
import { errorCode } from './error-code.js';

/** The file of a Unix socket on which nobody listens. */
export interface StaleSocket {
  readonly path: string;
  readonly inode: number;
}

/** Sockets in a folder, not below it, whose process is gone. */
export async function findStaleSockets(folder: string): Promise<StaleSocket[]> {
  const known = listeningPaths();
  const stale: StaleSocket[] = [];
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    // Whom the kernel lists is not asked: a connection would start what systemd starts on demand.
    if (stat?.isSocket() !== true || known.has(path)) continue;
    if (await refuses(path)) stale.push({ path, inode: stat.ino });
  }
  return stale;
}

/** Unless somebody listens there by now: then its file is another one, and stays. */
export async function removeStaleSocket({ path, inode }: StaleSocket): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.ino !== inode || !(await refuses(path))) return;
  const aside = `${path}.stale`;
  renameSync(path, aside);
  if (lstatSync(aside).ino === inode) rmSync(aside);
  else renameSync(aside, path);
}

/** Linux lists them by the path that they were bound to; elsewhere each is asked. */
function listeningPaths(): ReadonlySet<string> {
  try {
    const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
    return new Set(lines.flatMap((line) => listening.exec(line)?.[1] ?? []));
  } catch {
    return new Set();
  }
}

/** Number, references, protocol, flags (that it accepts connections), type, state, inode, path. */
const listening = /^\S+ \S+ \S+ 00010000 \S+ \S+ +\d+ (.+)$/;

function refuses(path: string): Promise<boolean> {
  const socket = createConnection({ path });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(false));
    socket.once('error', (error) => resolve(errorCode(error) === 'ECONNREFUSED'));
  }).then((answer) => {
    socket.destroy();
    return answer === true;
  });
}
