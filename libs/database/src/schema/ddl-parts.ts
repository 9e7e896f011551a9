import type { SchemaObject } from './schema-object.js';

/** Of a table: its columns in order, and its constraints, indexes, triggers. */
export interface TableParts {
  readonly columns: readonly SchemaObject[];
  readonly others: readonly SchemaObject[];
}

/** The statements about one object, each with its `;`. */
export interface Ddl {
  create(parts: TableParts): string;
  drop(): string;
  /** From what it is now. */
  change(now: SchemaObject): string;
}

/** A text of the object's facts. */
export function factOf({ facts }: SchemaObject, key: string): string {
  const value = facts[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function sequenceOptions(facts: Readonly<Record<string, unknown>>): string {
  const { start, increment, min, max, cache, cycle } = facts;
  const numbers = `START ${String(start)} INCREMENT ${String(increment)} MINVALUE ${String(min)} MAXVALUE ${String(max)} CACHE ${String(cache)}`;
  return cycle === true ? `${numbers} CYCLE` : numbers;
}
