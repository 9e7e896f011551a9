import { type Ddl, factOf, sequenceOptions } from './ddl-parts.js';
import { accessDdl } from './ddl-access.js';
import { domainDdl, enumDdl } from './ddl-types.js';
import { columnDdl, tableDdl } from './ddl-table.js';
import type { SchemaObject } from './schema-object.js';

export function ddlOf(object: SchemaObject): Ddl {
  const { kind } = object;
  switch (kind) {
    case 'table':
      return tableDdl(object);
    case 'column':
      return columnDdl(object);
    case 'owner':
    case 'grant':
    case 'default privilege':
    case 'setting':
      return accessDdl(object);
    case 'enum':
      return enumDdl(object);
    case 'domain':
      return domainDdl(object);
    default:
      return plainDdl(object, createText(object));
  }
}

/** What can only be dropped and made again, unless it can be replaced. */
function plainDdl(object: SchemaObject, create: string): Ddl {
  const drop = dropText(object);
  const isReplaced =
    create.startsWith('CREATE OR REPLACE ') ||
    object.kind === 'sequence owner' ||
    object.kind === 'extension';
  return {
    create: () => create,
    drop: () => drop,
    change: (now) => {
      if (object.kind === 'extension') return extensionChange(object, now);
      if (object.kind === 'sequence') return sequenceChange(object);
      return isReplaced ? create : `${drop}\n${create}`;
    },
  };
}

/** By kind; what is not named here is told by Postgres as a whole statement. */
const creating: Partial<Record<SchemaObject['kind'], (object: SchemaObject) => string>> = {
  extension: (object) =>
    `CREATE EXTENSION ${object.name} SCHEMA ${factOf(object, 'schema')} VERSION '${factOf(object, 'version')}';`,
  schema: ({ name }) => `CREATE SCHEMA ${name};`,
  type: (object) => `CREATE TYPE ${object.name} ${factOf(object, 'sql')};`,
  aggregate: (object) => `CREATE AGGREGATE ${object.name} (${factOf(object, 'sql')});`,
  sequence: (object) =>
    `CREATE SEQUENCE ${object.name} AS ${factOf(object, 'type')} ${sequenceOptions(object.facts)};`,
  'sequence owner': (object) => `ALTER SEQUENCE ${object.name} OWNED BY ${factOf(object, 'column')};`,
  constraint: constraintText,
  'foreign key': constraintText,
  view: viewText,
  'materialized view': viewText,
  policy: (object) => `CREATE POLICY ${object.name} ${factOf(object, 'sql')};`,
  trigger: triggerText,
};

function createText(object: SchemaObject): string {
  const isInvalid = object.facts['invalid'] === true;
  const whole = `${factOf(object, 'sql')};${isInvalid ? ' -- invalid: its building was cut off' : ''}`;
  return creating[object.kind]?.(object) ?? whole;
}

/** `short` and `public.notes` of `short ON public.notes`. */
function placeOf({ name }: SchemaObject): { own: string; table: string } {
  const [own = '', table = ''] = name.split(' ON ');
  return { own, table };
}

function constraintText(object: SchemaObject): string {
  const { own, table } = placeOf(object);
  return `ALTER TABLE ${table} ADD CONSTRAINT ${own} ${factOf(object, 'sql')};`;
}

function triggerText(object: SchemaObject): string {
  const { own, table } = placeOf(object);
  const firing = factOf(object, 'firing');
  return `${factOf(object, 'sql')};${firing === '' ? '' : `\nALTER TABLE ${table} ${firing} ${own};`}`;
}

function viewText(object: SchemaObject): string {
  const { kind, name } = object;
  const options = factOf(object, 'options');
  const verb = kind === 'view' ? 'CREATE OR REPLACE VIEW' : 'CREATE MATERIALIZED VIEW';
  return `${verb} ${name}${options === '' ? '' : ` WITH (${options})`} AS\n${factOf(object, 'sql')};`;
}

function sequenceChange(object: SchemaObject): string {
  const cycle = object.facts['cycle'] === true ? '' : ' NO CYCLE';
  return `ALTER SEQUENCE ${object.name} AS ${factOf(object, 'type')} ${sequenceOptions(object.facts)}${cycle};`;
}

function dropText(object: SchemaObject): string {
  const { kind, name } = object;
  const { own, table } = placeOf(object);
  switch (kind) {
    case 'constraint':
    case 'foreign key':
      return `ALTER TABLE ${table} DROP CONSTRAINT ${own};`;
    case 'sequence owner':
      return `ALTER SEQUENCE ${name} OWNED BY NONE;`;
    case 'trigger':
    case 'rule':
    case 'policy':
      return `DROP ${kind.toUpperCase()} ${name};`;
    default:
      return `DROP ${kind.toUpperCase()} ${name};`;
  }
}

function extensionChange(object: SchemaObject, now: SchemaObject): string {
  const schema = factOf(object, 'schema');
  const moved =
    factOf(now, 'schema') === schema ? [] : [`ALTER EXTENSION ${object.name} SET SCHEMA ${schema};`];
  const version = factOf(object, 'version');
  const isOther = factOf(now, 'version') !== version;
  return [...moved, ...(isOther ? [`ALTER EXTENSION ${object.name} UPDATE TO '${version}';`] : [])].join(
    '\n',
  );
}
