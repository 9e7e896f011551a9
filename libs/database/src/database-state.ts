import type { SqlRunner } from '#libs/settings';
import type { Identity } from './addresses.js';
import { readConnectionLimit } from './connection-limit.js';
import { kindColumn, type RecordedKind } from './history.js';
import { errorCode, sqlStates } from './postgres-error.js';
import { select } from './rows.js';
import { proveDatabase, proveStamp } from './stamp.js';

/** A migration that the database has. */
export interface AppliedMigration {
  readonly name: string;
  /** Null where none was kept. */
  readonly hash: string | null;
  /** The run that applied it, as far as it was kept. */
  readonly run: string | null;
  /** As its release declared it; null where that was not kept. */
  readonly kind: RecordedKind;
}

/** All that deciding needs to know of a database. */
export interface DatabaseState {
  /** Oldest first, by their timestamps. */
  readonly history: readonly AppliedMigration[];
  /** The same names in the order in which they were applied. */
  readonly order: readonly string[];
  /** How many connections the runtime role may have: -1 for any number, undefined without such a role. */
  readonly connectionLimit: number | undefined;
}

const history = `
  SELECT m.name, l.hash, l.run_id AS run, ${kindColumn}, m.id
    FROM public.migrations m LEFT JOIN tenantry.ledger l ON l.name = m.name ORDER BY m."timestamp", m.id`;

const all = `
  SELECT (SELECT json_build_object('tenant', tenant, 'id', id) FROM tenantry.stamp) AS stamp,
         current_database()::text AS database,
         (SELECT rolconnlimit FROM pg_roles WHERE rolname = $1) AS "limit",
         (SELECT coalesce(json_agg(h), '[]') FROM (${history}) h) AS history`;

type HistoryRow = AppliedMigration & { readonly id: number };

interface Row {
  readonly stamp: Identity | null;
  readonly database: string;
  readonly limit: number | null;
  readonly history: readonly HistoryRow[];
}

/**
 * Proves whose database it is and reads its migrations, by one query: this is what a fleet with nothing to do costs.
 * Writes nothing, makes no table.
 * @throws WrongIdentity (exit 78) when the stamp is another's or there is none.
 */
export async function readProvenState(
  connection: SqlRunner,
  identity: Identity,
  runtimeRole: string,
): Promise<DatabaseState> {
  let row: Row | undefined;
  try {
    [row] = await select<Row>(connection, all, [runtimeRole]);
  } catch (error) {
    const code = errorCode(error);
    if (code !== sqlStates.undefinedTable && code !== sqlStates.insufficientPrivilege) throw error;
    // No stamp, which is refused here, or no history yet.
    await proveDatabase(connection, identity);
    return {
      history: [],
      order: [],
      connectionLimit: await readConnectionLimit(connection, { runtimeRole }),
    };
  }
  proveStamp(row?.stamp ?? undefined, identity, row?.database ?? '');
  return stateOf(row?.history ?? [], row?.limit ?? undefined);
}

function stateOf(rows: readonly HistoryRow[], connectionLimit: number | undefined): DatabaseState {
  const order = rows.toSorted((a, b) => a.id - b.id).map(({ name }) => name);
  return {
    history: rows.map(({ name, hash, run, kind }) => ({ name, hash, run, kind })),
    order,
    connectionLimit,
  };
}
