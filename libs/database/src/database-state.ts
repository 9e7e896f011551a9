import type { SqlRunner } from '#libs/settings';
import type { Identity } from './addresses.js';
import type { RecordedKind } from './history.js';
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
}

// The two lists are joined here: planning a join costs Postgres more than all the rest, in a connection that is new.
const all = `
  SELECT (SELECT json_build_object('tenant', tenant, 'id', id) FROM tenantry.stamp) AS stamp,
         current_database()::text AS database,
         (SELECT json_agg(m) FROM public.migrations m) AS history,
         (SELECT json_agg(l) FROM tenantry.ledger l) AS ledger`;

interface HistoryRow {
  readonly id: number;
  readonly timestamp: number;
  readonly name: string;
}

interface LedgerRow {
  readonly name: string;
  readonly hash: string | null;
  readonly run_id: string | null;
  /** Ledgers made by earlier versions have no such column. */
  readonly kind?: RecordedKind;
}

interface Row {
  readonly stamp: Identity | null;
  readonly database: string;
  readonly history: readonly HistoryRow[] | null;
  readonly ledger: readonly LedgerRow[] | null;
}

/**
 * Proves whose database it is and reads its migrations, by one query: this is what a fleet with nothing to do costs.
 * Writes nothing, makes no table.
 * @throws WrongIdentity (exit 78) when the stamp is another's or there is none.
 */
export async function readProvenState(connection: SqlRunner, identity: Identity): Promise<DatabaseState> {
  let row: Row | undefined;
  try {
    [row] = await select<Row>(connection, all);
  } catch (error) {
    const code = errorCode(error);
    if (code !== sqlStates.undefinedTable && code !== sqlStates.insufficientPrivilege) throw error;
    // No stamp, which is refused here, or no history yet.
    await proveDatabase(connection, identity);
    return { history: [], order: [] };
  }
  proveStamp(row?.stamp ?? undefined, identity, row?.database ?? '');
  return stateOf(row?.history ?? [], row?.ledger ?? []);
}

function stateOf(rows: readonly HistoryRow[], ledger: readonly LedgerRow[]): DatabaseState {
  const recorded = new Map(ledger.map((each) => [each.name, each]));
  const inOrder = rows.toSorted((a, b) => a.timestamp - b.timestamp || a.id - b.id);
  return {
    history: inOrder.map(({ name }) => {
      const { hash = null, run_id: run = null, kind = null } = recorded.get(name) ?? {};
      return { name, hash, run, kind };
    }),
    order: rows.toSorted((a, b) => a.id - b.id).map(({ name }) => name),
  };
}
