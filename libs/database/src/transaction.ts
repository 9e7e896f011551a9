import type { Connection } from './connect.js';

/** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
export async function inTransaction<Result>(
  connection: Connection,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.query('BEGIN');
  try {
    const result = await work();
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    // Fails only on a lost connection, and then the server has rolled back by itself.
    await connection.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Statements without parameters, in one transaction and one message. */
export async function runAll(connection: Connection, statements: readonly string[]): Promise<void> {
  try {
    // A line each: a comment at the end of one must not swallow the next.
    await connection.query(['BEGIN', ...statements, 'COMMIT'].join(';\n'));
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
