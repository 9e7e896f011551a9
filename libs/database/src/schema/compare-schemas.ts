import { type TableParts } from './ddl-parts.js';
import { ddlOf } from './ddl.js';
import { factsText } from './read-schema.js';
import { idOf, objectKinds, type SchemaDescription, type SchemaObject } from './schema-object.js';

/** One object in which a schema differs from what it should be. */
export interface SchemaChange {
  /** `index public.notes_by_hand`. */
  readonly object: string;
  readonly state: 'excess' | 'missing' | 'changed';
  /** Statements that bring it back, and in comments what is there now, whole. */
  readonly sql: string;
}

interface Found extends SchemaChange {
  readonly kind: SchemaObject['kind'];
}

/**
 * How `is` differs from `should`, in an order in which the statements can run: first what goes, then what comes. Names
 * of roles and of the database are `:"owner"` and the like, as psql would fill them in.
 */
export function compareSchemas(is: SchemaDescription, should: SchemaDescription): SchemaChange[] {
  const goes = [...is.values()]
    // Who owns something goes with it, or is changed.
    .filter((object) => object.kind !== 'owner' && isAlone(object, is, should))
    .map((object) => excess(object, is));
  const remade = new Set([...should.values()].filter((object) => isRemade(object, is)).map(idOf));
  const comes = [...should.values()]
    .filter(({ within }) => within === null || !remade.has(within))
    .flatMap((object) => {
      const now = is.get(idOf(object));
      if (now === undefined) return isAlone(object, should, is, 'column') ? [missing(object, should)] : [];
      return factsText(now.facts) === factsText(object.facts) ? [] : [changed(now, object, should)];
    });
  const ordered = [...sorted(goes).toReversed(), ...sorted(comes)];
  return ordered.map(({ object, state, sql }) => ({ object, state, sql }));
}

/** Whether it can only be dropped and made again, by which it loses its indexes, owner and grants. */
function isRemade(object: SchemaObject, is: SchemaDescription): boolean {
  const now = is.get(idOf(object));
  if (now === undefined || factsText(now.facts) === factsText(object.facts)) return false;
  return ddlOf(object).change(now).startsWith('DROP ');
}

/** Whether it is on one side only, and not just because what it belongs to is (of those, `folded` or any kind). */
function isAlone(
  object: SchemaObject,
  here: SchemaDescription,
  there: SchemaDescription,
  folded?: SchemaObject['kind'],
): boolean {
  if (there.has(idOf(object))) return false;
  const isFolded = object.within !== null && here.has(object.within) && !there.has(object.within);
  return !isFolded || (folded !== undefined && object.kind !== folded);
}

function excess(object: SchemaObject, is: SchemaDescription): Found {
  const ddl = ddlOf(object);
  const there = [
    ddl.create(partsOf(object, is)),
    ...partsOf(object, is).others.map((part) => ddlOf(part).create(none)),
  ];
  return found(object, 'excess', [...there.map(asComment), ddl.drop()]);
}

function missing(object: SchemaObject, should: SchemaDescription): Found {
  return found(object, 'missing', [ddlOf(object).create(partsOf(object, should))]);
}

function changed(now: SchemaObject, object: SchemaObject, should: SchemaDescription): Found {
  const change = ddlOf(object).change(now);
  const parts = [...should.values()].filter(({ within }) => within === idOf(object));
  const lost = change.startsWith('DROP ') ? sortedObjects(parts).map((part) => ddlOf(part).create(none)) : [];
  return found(object, 'changed', [asComment(ddlOf(now).create(none)), change, ...lost]);
}

function found(object: SchemaObject, state: Found['state'], statements: readonly string[]): Found {
  return { kind: object.kind, object: idOf(object), state, sql: statements.join('\n') };
}

const none: TableParts = { columns: [], others: [] };

/** What goes and comes with it. */
function partsOf(object: SchemaObject, schema: SchemaDescription): TableParts {
  const id = idOf(object);
  const parts = [...schema.values()].filter(({ within }) => within === id);
  const isAccess = ({ kind }: SchemaObject): boolean => kind === 'owner' || kind === 'grant';
  return {
    columns: parts.filter(({ kind }) => kind === 'column').toSorted((a, b) => a.position - b.position),
    others: sortedObjects(parts.filter((part) => part.kind !== 'column' && !isAccess(part))),
  };
}

function asComment(statement: string): string {
  return statement.replaceAll(/^/gm, '-- ');
}

function sorted(changes: readonly Found[]): Found[] {
  return changes.toSorted((a, b) => rank(a) - rank(b) || (a.object < b.object ? -1 : 1));
}

function sortedObjects(objects: readonly SchemaObject[]): SchemaObject[] {
  return objects.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function rank({ kind }: Pick<SchemaObject, 'kind'>): number {
  return objectKinds.indexOf(kind);
}
