import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedPostgres } from './embedded.js';
import { PostgresDidNotStop } from './errors.js';
import { followLink, removeSocketDir } from './placement.js';
import { findPostmaster, isPostmaster } from './postmaster.js';
import { readRunFile, removeRunFile } from './run-file.js';

/** Sessions are ended at once; what is left to do is to write the checkpoint. */
const stopTimeoutMs = 60_000;

/**
 * Ends the server in order: open transactions are rolled back, everything is written to disk.
 * `false` when it was not running.
 */
export async function stopEmbeddedPostgres(server: EmbeddedPostgres): Promise<boolean> {
  const dataDir = followLink(server.dataDir);
  const found = findPostmaster(dataDir);
  if (found !== undefined) {
    endByInterrupt(server.name, found.pid);
    await whenGone(server, found.pid, dataDir);
  }
  const socketDir = found?.socketDir ?? readRunFile(server.runFile)?.host;
  removeRunFile(server.runFile);
  if (socketDir !== undefined) removeSocketDir(socketDir);
  return found !== undefined;
}

// SIGTERM would wait for every client to leave by itself.
function endByInterrupt(name: string, pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new PostgresDidNotStop(`Postgres "${name}" (process ${pid}) belongs to another user.`, {
      cause,
      hint: 'Run the command as the user that started it, or as root.',
    });
  }
}

async function whenGone(server: EmbeddedPostgres, pid: number, dataDir: string): Promise<void> {
  const deadline = Date.now() + stopTimeoutMs;
  while (isPostmaster(pid, dataDir)) {
    if (Date.now() > deadline) {
      throw new PostgresDidNotStop(
        `Postgres "${server.name}" (process ${pid}) still runs after ${stopTimeoutMs / 1000} s.`,
        {
          hint: `Read ${server.logFile}, then try again.`,
        },
      );
    }
    await sleep(15);
  }
}
