import type { SqlRunner } from '#libs/settings';
import { errorCode, sqlStates } from './postgres-error.js';
import { quoteIdentifier } from './quote.js';
import { select } from './rows.js';

/** Names of the applied migrations, oldest first; none when the table is not there yet. */
export async function readHistory(connection: SqlRunner): Promise<string[]> {
  try {
    const rows = await select<{ name: string }>(
      connection,
      'SELECT name FROM public.migrations ORDER BY "timestamp", id',
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === sqlStates.undefinedTable) return [];
    throw error;
  }
}

/** Makes the table as TypeORM's own commands would, readable but not writable for the runtime role. */
export async function ensureHistoryTable(owner: SqlRunner, runtimeRole: string): Promise<void> {
  const role = quoteIdentifier(runtimeRole);
  await owner.query(
    `CREATE TABLE IF NOT EXISTS public.migrations (
       id serial NOT NULL, "timestamp" bigint NOT NULL, name character varying NOT NULL,
       CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id))`,
  );
  await owner.query(`REVOKE ALL ON public.migrations FROM ${role}`);
  await owner.query(`GRANT SELECT ON public.migrations TO ${role}`);
}

export interface HistoryEntry {
  readonly name: string;
  readonly timestamp: number;
  readonly hash: string | undefined;
  readonly runId: string | undefined;
}

/** Records a migration in both places; inside its transaction. The ledger's key lets no migration in twice. */
export async function recordMigration(owner: SqlRunner, entry: HistoryEntry): Promise<void> {
  await owner.query('INSERT INTO tenantry.ledger (name, hash, run_id) VALUES ($1, $2, $3)', [
    entry.name,
    entry.hash ?? null,
    entry.runId ?? null,
  ]);
  await owner.query('INSERT INTO public.migrations ("timestamp", name) VALUES ($1, $2)', [
    entry.timestamp,
    entry.name,
  ]);
}

/** Takes a migration's entries away; inside the transaction that took back the migration. */
export async function forgetMigration(owner: SqlRunner, name: string): Promise<void> {
  await owner.query('DELETE FROM tenantry.ledger WHERE name = $1', [name]);
  await owner.query('DELETE FROM public.migrations WHERE name = $1', [name]);
}
