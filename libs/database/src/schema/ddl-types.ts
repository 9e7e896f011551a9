import { type Ddl, factOf } from './ddl-parts.js';
import type { SchemaObject } from './schema-object.js';

function listOf({ facts }: SchemaObject, key: string): string[] {
  return Array.isArray(facts[key]) ? facts[key].map(String) : [];
}

export function enumDdl(object: SchemaObject): Ddl {
  const { name } = object;
  const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const values = listOf(object, 'values');
  return {
    create: () => `CREATE TYPE ${name} AS ENUM (${values.map(quoted).join(', ')});`,
    drop: () => `DROP TYPE ${name};`,
    change: (now) => {
      const has = new Set(listOf(now, 'values'));
      const kept = values.filter((value) => has.has(value));
      if (kept.join('\0') !== listOf(now, 'values').join('\0')) {
        return `-- Values of an enum cannot be removed or moved: make a new type (${values.map(quoted).join(', ')}) and alter the columns.`;
      }
      return values
        .flatMap((value, index) => {
          if (has.has(value)) return [];
          const place =
            index === 0 ? `BEFORE ${quoted(kept[0] ?? '')}` : `AFTER ${quoted(values[index - 1] ?? '')}`;
          return [`ALTER TYPE ${name} ADD VALUE ${quoted(value)} ${place};`];
        })
        .join('\n');
    },
  };
}

/** Altered, since columns use it: none can be dropped. */
export function domainDdl(object: SchemaObject): Ddl {
  const { name } = object;
  return {
    create: () => `CREATE DOMAIN ${name} AS ${domainText(object)};`,
    drop: () => `DROP DOMAIN ${name};`,
    change: (now) => {
      const isOtherType = ['type', 'collation'].some((key) => factOf(now, key) !== factOf(object, key));
      if (isOtherType)
        return '-- The type of a domain cannot be changed: make a new one and alter the columns.';
      return domainActions(object, now)
        .map((action) => `ALTER DOMAIN ${name} ${action};`)
        .join('\n');
    },
  };
}

function domainActions(object: SchemaObject, now: SchemaObject): string[] {
  const byDefault = factOf(object, 'default');
  const isNotNull = object.facts['notNull'] === true;
  const [has, should] = [listOf(now, 'checks'), listOf(object, 'checks')];
  const dropped = has.filter((check) => !should.includes(check));
  const added = should.filter((check) => !has.includes(check));
  return [
    ...(factOf(now, 'default') === byDefault
      ? []
      : [byDefault ? `SET DEFAULT ${byDefault}` : 'DROP DEFAULT']),
    ...((now.facts['notNull'] === true) === isNotNull ? [] : [isNotNull ? 'SET NOT NULL' : 'DROP NOT NULL']),
    ...dropped.map((check) => `DROP CONSTRAINT ${check.replace(/ CHECK .*/s, '')}`),
    ...added.map((check) => `ADD CONSTRAINT ${check}`),
  ];
}

function domainText(object: SchemaObject): string {
  const [collation, byDefault] = ['collation', 'default'].map((key) => factOf(object, key));
  return [
    factOf(object, 'type'),
    ...(collation ? [`COLLATE ${collation}`] : []),
    ...(byDefault ? [`DEFAULT ${byDefault}`] : []),
    ...(object.facts['notNull'] === true ? ['NOT NULL'] : []),
    ...listOf(object, 'checks').map((check) => `CONSTRAINT ${check}`),
  ].join(' ');
}
