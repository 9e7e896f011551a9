/** What a schema is made of, in the order in which it can be made. */
export const objectKinds = [
  'extension',
  'schema',
  'enum',
  'domain',
  'type',
  'sequence',
  'function',
  'procedure',
  'aggregate',
  'table',
  'column',
  'sequence owner',
  'constraint',
  'view',
  'materialized view',
  'index',
  'foreign key',
  'trigger',
  'rule',
  'policy',
  'statistics',
  'owner',
  'grant',
  'default privilege',
  'setting',
] as const;

export type ObjectKind = (typeof objectKinds)[number];

/** One object of a schema, told without oids, and with `:"owner"`, `:"runtime"`, `:"admin"` and `:"database"` for their names. */
export interface SchemaObject {
  readonly kind: ObjectKind;
  /** Unique within its kind; quoted and with its schema, as it is written in SQL. */
  readonly name: string;
  /** `table public.pages`: goes when that goes. */
  readonly within: string | null;
  /** Where a table has this column; no difference, since Postgres adds columns only at the end. */
  readonly position: number;
  /** All that may differ. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A tenant's whole schema, by `idOf` of its objects. */
export type SchemaDescription = ReadonlyMap<string, SchemaObject>;

export function idOf({ kind, name }: Pick<SchemaObject, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
