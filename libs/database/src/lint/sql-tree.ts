import type { parse } from 'libpg-query';

type Tree = Awaited<ReturnType<typeof parse>>;

/** One statement as Postgres' own parser reads it: an object with one key, the statement's kind. */
export type Statement = NonNullable<NonNullable<Tree['stmts']>[number]['stmt']>;

type Kinds<T> = T extends unknown ? keyof T : never;
type StatementKind = Kinds<Statement>;

/** What is below the key of a statement of this kind. */
export type Of<Kind extends StatementKind> = Extract<Statement, Record<Kind, unknown>>[Kind];

/**
 * Reads a statement, or several.
 * @throws what the parser says of text that is no SQL
 */
export async function parseSql(sql: string): Promise<Statement[]> {
  // 1.7 MB of WebAssembly, for those who lint.
  const { parse: parseText } = await import('libpg-query');
  const { stmts = [] } = await parseText(sql);
  return stmts.flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]));
}
