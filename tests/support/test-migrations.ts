import type { QueryRunner } from 'typeorm';
import { createTenantDatabase, dropTenantDatabase, type MigrateInput } from '#libs/database';
import type { MigrationClass } from '#libs/settings';
import { type TestTenant, testTenant } from './test-tenant.js';

type Up = string | ((runner: QueryRunner) => Promise<unknown>);

/** A migration as an application writes it; `number` orders it. */
export function migration(number: number, up: Up, transaction?: boolean): MigrationClass {
  const name = `Step${1_700_000_000_000 + number}`;
  return class {
    readonly name = name;
    readonly transaction = transaction ?? true;
    up(runner: QueryRunner): Promise<unknown> {
      return typeof up === 'string' ? runner.query(up) : up(runner);
    }
    down(): Promise<unknown> {
      return Promise.resolve();
    }
  };
}

export const stepName = (number: number): string => `Step${1_700_000_000_000 + number}`;
export const notes = migration(1, 'CREATE TABLE notes (id serial PRIMARY KEY, text text NOT NULL)');
export const titles = migration(2, 'ALTER TABLE notes ADD COLUMN title text');
export const titleIndex = migration(3, 'CREATE INDEX CONCURRENTLY notes_title ON notes (title)', false);

/** Makes a tenant's database for `work` and drops it. */
export async function withTenant(work: (tenant: TestTenant) => Promise<void>, name?: string): Promise<void> {
  const made = testTenant(name);
  await createTenantDatabase(made.db, made.identity);
  try {
    await work(made);
  } finally {
    await dropTenantDatabase(made.db, made.identity);
  }
}

export function input(
  tenant: TestTenant,
  migrations: MigrationClass[],
  more: Partial<MigrateInput> = {},
): MigrateInput {
  return { ...tenant, migrations, lockWaitMs: 10_000, ...more };
}
