import { type Ddl, factOf, sequenceOptions, type TableParts } from './ddl-parts.js';
import type { SchemaObject } from './schema-object.js';

export function tableDdl(object: SchemaObject): Ddl {
  const { name } = object;
  return {
    create: (parts) => createTable(object, parts),
    drop: () => `DROP TABLE ${name};`,
    change: (now) => {
      const differing = ['rowSecurity', 'forcedRowSecurity', 'options', 'persistence', 'replicaIdentity'];
      const statements = differing.flatMap((key) =>
        factOf(now, key) === factOf(object, key) ? [] : [alterTable(object, key)],
      );
      return statements.length > 0
        ? statements.join('\n')
        : `-- The parents or partitions of ${name} differ: make it anew and copy its rows.`;
    },
  };
}

function createTable(object: SchemaObject, { columns }: TableParts): string {
  const [persistence, partitionOf, partitionBy, options] = [
    'persistence',
    'partitionOf',
    'partitionBy',
    'options',
  ].map((key) => factOf(object, key));
  const parents = object.facts['inherits'];
  const lines = columns.map((column) => `\n  ${definition(column)}`).join(',');
  const words = [
    `CREATE ${persistence ? `${persistence} ` : ''}TABLE ${object.name}`,
    partitionOf ? `PARTITION OF ${partitionOf}` : `(${lines}${lines ? '\n' : ''})`,
    ...(Array.isArray(parents) ? [`INHERITS (${parents.join(', ')})`] : []),
    ...(partitionBy ? [`PARTITION BY ${partitionBy}`] : []),
    ...(options ? [`WITH (${options})`] : []),
  ];
  const further = ['rowSecurity', 'forcedRowSecurity', 'replicaIdentity'].filter(
    (key) => factOf(object, key) !== '',
  );
  return [`${words.join(' ')};`, ...further.map((key) => alterTable(object, key))].join('\n');
}

function alterTable(object: SchemaObject, key: string): string {
  const value = factOf(object, key);
  const alter = `ALTER TABLE ${object.name}`;
  switch (key) {
    case 'rowSecurity':
      return `${alter} ${value || 'DISABLE'} ROW LEVEL SECURITY;`;
    case 'forcedRowSecurity':
      return `${alter} ${value || 'NO FORCE'} ROW LEVEL SECURITY;`;
    case 'persistence':
      return `${alter} SET ${value || 'LOGGED'};`;
    case 'replicaIdentity':
      return `${alter} REPLICA IDENTITY ${value || 'DEFAULT'};`;
    default:
      return value === ''
        ? `-- ${object.name} has no storage parameters: RESET them.`
        : `${alter} SET (${value});`;
  }
}

function definition(column: SchemaObject): string {
  const { facts } = column;
  const [collation, byDefault, generated, identity] = ['collation', 'default', 'generated', 'identity'].map(
    (key) => factOf(column, key),
  );
  return [
    ownName(column),
    factOf(column, 'type'),
    ...(collation ? [`COLLATE ${collation}`] : []),
    ...(byDefault ? [`DEFAULT ${byDefault}`] : []),
    ...(generated ? [`GENERATED ALWAYS AS ${generated}`] : []),
    ...(identity ? [`GENERATED ${identity} AS IDENTITY (${sequenceOptions(sequenceOf(facts))})`] : []),
    ...(facts['notNull'] === true ? ['NOT NULL'] : []),
  ].join(' ');
}

function sequenceOf(facts: SchemaObject['facts']): Readonly<Record<string, unknown>> {
  return (facts['sequence'] ?? {}) as Readonly<Record<string, unknown>>;
}

/** `"due date"` of `public.notes."due date"`. */
function ownName({ name, within }: SchemaObject): string {
  return name.slice((within ?? '').replace(/^table /, '').length + 1);
}

export function columnDdl(object: SchemaObject): Ddl {
  const table = (object.within ?? '').replace(/^table /, '');
  const column = ownName(object);
  return {
    create: () => `ALTER TABLE ${table} ADD COLUMN ${definition(object)};`,
    drop: () => `ALTER TABLE ${table} DROP COLUMN ${column};`,
    change: (now) => changeColumn(object, now, `ALTER TABLE ${table} ALTER COLUMN ${column}`),
  };
}

function changeColumn(should: SchemaObject, now: SchemaObject, alter: string): string {
  const differs = (...keys: readonly string[]): boolean =>
    keys.some((key) => JSON.stringify(now.facts[key]) !== JSON.stringify(should.facts[key]));
  const [collation, byDefault, generated] = ['collation', 'default', 'generated'].map((key) =>
    factOf(should, key),
  );
  const statements: string[] = [];
  if (differs('type', 'collation')) {
    const collate = collation ? ` COLLATE ${collation}` : '';
    statements.push(`${alter} TYPE ${factOf(should, 'type')}${collate};`);
  }
  if (differs('default'))
    statements.push(byDefault ? `${alter} SET DEFAULT ${byDefault};` : `${alter} DROP DEFAULT;`);
  if (differs('notNull'))
    statements.push(`${alter} ${should.facts['notNull'] === true ? 'SET' : 'DROP'} NOT NULL;`);
  if (differs('generated')) {
    statements.push(
      generated
        ? `-- It is generated: drop the column, and add it as GENERATED ALWAYS AS ${generated}.`
        : `${alter} DROP EXPRESSION;`,
    );
  }
  if (differs('identity', 'sequence')) statements.push(changeIdentity(should, now, alter));
  return statements.join('\n');
}

function changeIdentity(should: SchemaObject, now: SchemaObject, alter: string): string {
  const identity = factOf(should, 'identity');
  if (identity === '') return `${alter} DROP IDENTITY;`;
  const options = sequenceOptions(sequenceOf(should.facts));
  if (factOf(now, 'identity') === '') return `${alter} ADD GENERATED ${identity} AS IDENTITY (${options});`;
  const each = options.replaceAll(/(START|INCREMENT|MINVALUE|MAXVALUE|CACHE|CYCLE)/g, 'SET $1');
  return `${alter} SET GENERATED ${identity} ${each};`;
}
