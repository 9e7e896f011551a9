import type { SqlRunner } from '#libs/settings';
import { errorCode, sqlStates } from './postgres-error.js';
import { quoteIdentifier } from './quote.js';
import { select } from './rows.js';

/** What the release that applied a migration said of it; null where that was not kept. */
export type RecordedKind = 'expand' | 'contract' | null;

/** The kind as the ledger `l` has it. By way of JSON, since ledgers made by earlier versions have no such column. */
const kindColumn = `to_jsonb(l)->>'kind' AS kind`;

/** The applied migrations, oldest first; none when the table is not there yet. */
export async function readHistory(
  connection: SqlRunner,
): Promise<{ readonly name: string; readonly kind: RecordedKind }[]> {
  try {
    return await select<{ name: string; kind: RecordedKind }>(
      connection,
      `SELECT m.name, ${kindColumn} FROM public.migrations m LEFT JOIN tenantry.ledger l ON l.name = m.name
        ORDER BY m."timestamp", m.id`,
    );
  } catch (error) {
    if (errorCode(error) === sqlStates.undefinedTable) return [];
    throw error;
  }
}

const isAsItMustBe = `
  SELECT coalesce(has_table_privilege($1, t, 'SELECT')
                  AND NOT has_table_privilege($1, t, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'), false) AS ok
    FROM to_regclass('public.migrations') t`;

/** Makes the table as TypeORM's own commands would, readable but not writable for the runtime role. */
export async function ensureHistoryTable(owner: SqlRunner, runtimeRole: string): Promise<void> {
  // Looked at first: three statements that change nothing would still write to the catalog of each tenant.
  const [found] = await select<{ ok: boolean }>(owner, isAsItMustBe, [runtimeRole]);
  if (found?.ok === true) return;
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
  readonly kind: 'expand' | 'contract';
}

/** Records a migration in both places; inside its transaction. The ledger's key lets no migration in twice. */
export async function recordMigration(owner: SqlRunner, entry: HistoryEntry): Promise<void> {
  // By way of JSON, which leaves out the kind where a ledger made by an earlier version has no column for it.
  await owner.query(
    `WITH kept AS (INSERT INTO tenantry.ledger SELECT * FROM json_populate_record(null::tenantry.ledger,
       json_build_object('name', $1::text, 'hash', $2::text, 'run_id', $3::text, 'kind', $4::text, 'applied_at', now())))
     INSERT INTO public.migrations ("timestamp", name) VALUES ($5, $1)`,
    [entry.name, entry.hash ?? null, entry.runId ?? null, entry.kind, entry.timestamp],
  );
}

/** Takes a migration's entries away; inside the transaction that took back the migration. */
export async function forgetMigration(owner: SqlRunner, name: string): Promise<void> {
  await owner.query('DELETE FROM tenantry.ledger WHERE name = $1', [name]);
  await owner.query('DELETE FROM public.migrations WHERE name = $1', [name]);
}
