import type { DataSource, QueryRunner } from 'typeorm';
import type { TenantDatabase } from './addresses.js';
import { connectionError } from './connection-error.js';
import { sslOptions } from './connect.js';

/** Gives `work` what TypeORM migrations expect, on one connection of the owner role, and closes it. */
export async function withQueryRunner(
  db: TenantDatabase,
  work: (runner: QueryRunner) => Promise<void>,
): Promise<void> {
  await withDataSource(db, [], async (source) => {
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

/** The same with what TypeORM knows of the entities. */
export async function withDataSource<T>(
  db: TenantDatabase,
  entities: readonly EntityClass[],
  work: (source: DataSource) => Promise<T>,
): Promise<T> {
  const source = await openSource(db, entities);
  try {
    return await work(source);
  } finally {
    await source.destroy().catch(() => {});
  }
}

/** TypeORM is loaded here, when there is something to run: it costs 0.4 s, which a look at the status need not. */
async function openSource(db: TenantDatabase, entities: readonly EntityClass[]): Promise<DataSource> {
  const { server, name: database, ownerRole, ownerPassword } = db;
  const [{ DataSource }, { default: driver }] = await Promise.all([import('typeorm'), import('pg')]);
  const source = new DataSource({
    ...{ type: 'postgres', driver, host: server.host, port: server.port, ssl: sslOptions(server.ssl) },
    ...{ database, username: ownerRole, password: ownerPassword.reveal() },
    ...{ poolSize: 1, applicationName: 'tenantry migrate', logging: false, installExtensions: false },
    entities: [...entities],
  });
  try {
    return await source.initialize();
  } catch (error) {
    throw connectionError(error, { server, database, user: ownerRole, password: ownerPassword });
  }
}
