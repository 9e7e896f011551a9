import { EventEmitter } from 'node:events';
import type { DataSource, QueryRunner } from 'typeorm';
import type { TenantDatabase } from './addresses.js';
import { connectAs, type Connection, using } from './connect.js';

/**
 * Gives `work` what TypeORM migrations expect, on a connection that is open already: what proved it, locked it and
 * will read it back is what writes. The caller closes it.
 */
export async function withQueryRunner(
  connection: Connection,
  work: (runner: QueryRunner) => Promise<void>,
): Promise<void> {
  await withDataSource(connection, [], async (source) => {
    const runner = source.createQueryRunner();
    try {
      await work(runner);
    } finally {
      // The server may be gone; there is nothing left to close then.
      await runner.release().catch(() => {});
    }
  });
}

/** An entity class, as TypeORM types it. */
export type EntityClass = new () => object;

/** What TypeORM knows of the entities, over a connection of the owner role. */
export function withEntities<T>(
  db: TenantDatabase,
  entities: readonly EntityClass[],
  work: (source: DataSource) => Promise<T>,
): Promise<T> {
  return using(connectAs(db, 'owner'), (connection) => withDataSource(connection, entities, work));
}

/** TypeORM is loaded here, when there is something to run: it costs 0.4 s, which a look at the status need not. */
async function withDataSource<T>(
  connection: Connection,
  entities: readonly EntityClass[],
  work: (source: DataSource) => Promise<T>,
): Promise<T> {
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    ...{ type: 'postgres', driver: driverOver(connection), logging: false, installExtensions: false },
    entities: [...entities],
  });
  await source.initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy().catch(() => {});
  }
}

type Connected = (error: undefined, connection: Connection, release: () => void) => void;

/** A driver whose only pool hands out the one connection, and leaves it open. */
function driverOver(connection: Connection): object {
  class OneConnection extends EventEmitter {
    connect(done: Connected): void {
      done(undefined, connection, () => {});
    }

    end(done: () => void): void {
      done();
    }
  }
  return { Pool: OneConnection };
}
