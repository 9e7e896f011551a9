import type { SqlRunner } from '#libs/settings';

/** Rows of a SELECT, whoever runs it: pg answers with a result object, TypeORM with the rows themselves. */
export async function select<Row>(
  runner: SqlRunner,
  sql: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  const result = await runner.query(sql, parameters);
  if (Array.isArray(result)) return result as Row[];
  return (result as { rows: Row[] }).rows;
}
