import { once } from 'node:events';
import { chmod, link, mkdir, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { errorCode } from '../error-code.js';

/**
 * Listens on a path that only one process may hold. bind(2) refuses a path that exists, so a socket file is a lock;
 * one that nobody answers on was left by a killed process and is taken away.
 * Returns false when somebody answers there.
 */
export async function claimSocket(server: Server, path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await listens(server, path)) return true;
    if (await isAnswered(path)) return false;
    if (!(await removeStale(path))) return false;
  }
  return false;
}

async function listens(server: Server, path: string): Promise<boolean> {
  try {
    server.listen({ path });
    await once(server, 'listening');
    await chmod(path, 0o600);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE') return false;
    throw error;
  }
}

/** What connecting says of a socket that nobody holds. Anything else, such as EACCES, is somebody's. */
const unheld: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK']);

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    return !unheld.has(errorCode(error));
  } finally {
    socket.destroy();
  }
}

/**
 * Moved aside before it is removed, and asked once more under its new name: between our question and now, another
 * starter may have removed the stale one and listen there itself; unlink would take away its socket.
 */
async function removeStale(path: string): Promise<boolean> {
  // Short: a socket's path, which this is as well, has room for about a hundred bytes.
  const aside = join(dirname(path), `.${process.pid.toString(36)}`);
  try {
    await rename(path, aside);
  } catch {
    return true;
  }
  const wasTaken = await isAnswered(aside);
  if (wasTaken) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return !wasTaken;
}
