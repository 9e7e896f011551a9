import { setTimeout as sleep } from 'node:timers/promises';
import { announcedProcess, type Connection, refusePooler } from './connect.js';

/** First half of our advisory locks' keys ("tnry"), so that they meet nobody else's. */
export const advisoryFamily = 0x746e7279;

export const lockKeys = { migrate: 1 } as const;

export interface LockWait {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

const pollMs = 100;

/**
 * Takes an advisory lock for as long as the connection lives. `false` when it was not free in time.
 *
 * It asks again and again: pg_advisory_lock would wait inside a statement, whose snapshot CREATE INDEX CONCURRENTLY
 * of the lock's holder waits for in turn, until Postgres ends one of the two as a deadlock.
 * @throws PoolerInTheWay (exit 4) where the lock would be that of a connection which others use, too.
 */
export async function takeLock(connection: Connection, key: number, wait: LockWait): Promise<boolean> {
  const deadline = Date.now() + wait.waitMs;
  for (;;) {
    if (await tryLock(connection, key)) return true;
    const leftMs = deadline - Date.now();
    if (leftMs <= 0 || wait.signal?.aborted) return false;
    await sleep(Math.min(pollMs, leftMs), undefined, { signal: wait.signal }).catch(() => {});
  }
}

async function tryLock(connection: Connection, key: number): Promise<boolean> {
  const { rows } = await connection.query<{ taken: boolean | null }>(
    'SELECT CASE WHEN pg_backend_pid() = $3 THEN pg_try_advisory_lock($1, $2) END AS taken',
    [advisoryFamily, key, announcedProcess(connection)],
  );
  const taken = rows[0]?.taken ?? refusePooler(connection);
  return taken;
}

/** The lock's key of everything that makes or drops a database, taken on the admin's database. */
export async function databaseNameKey(admin: Connection, name: string): Promise<number> {
  const { rows } = await admin.query<{ key: number }>('SELECT hashtext($1) AS key', [name]);
  return rows[0]?.key ?? 0;
}

/** Who holds a lock on this connection's database, for the message to whoever waits. */
export async function lockHolder(connection: Connection, key: number): Promise<string> {
  const { rows } = await connection.query<{ pid: number; since: Date | null }>(
    `SELECT l.pid, a.backend_start AS since FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::bigint::oid AND l.objid = $2::bigint::oid
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [advisoryFamily, key >>> 0],
  );
  const holder = rows[0];
  if (holder === undefined) return 'somebody else';
  const since = holder.since === null ? '' : ` since ${holder.since.toISOString()}`;
  return `the connection with server process ${holder.pid}${since}`;
}

/** Whether somebody holds such a lock by way of another database: locks are kept apart by it, a server's names are not. */
export async function isHeldElsewhere(connection: Connection, key: number): Promise<boolean> {
  const { rows } = await connection.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = $1::bigint::oid AND objid = $2::bigint::oid
        AND pid <> pg_backend_pid() LIMIT 1`,
    [advisoryFamily, key >>> 0],
  );
  return rows.length > 0;
}
