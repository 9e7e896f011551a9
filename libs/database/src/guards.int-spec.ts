import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { catalogSnapshot } from '../../../tests/support/catalog.js';
import {
  input,
  migration,
  notes,
  stepName,
  titles,
  withTenant,
} from '../../../tests/support/test-migrations.js';
import { type TestTenant, testTenant } from '../../../tests/support/test-tenant.js';
import { connectAs, using } from './connect.js';
import { createTenantDatabase } from './create.js';
import { dropTenantDatabase } from './drop.js';
import { PostgresUnreachable, WrongPassword } from './errors.js';
import { migrateDatabase } from './migrate.js';
import { checkSchema, migrationStatus } from './status.js';

describe('another tenant’s database', () => {
  let liberty: TestTenant;
  beforeAll(async () => {
    liberty = testTenant('liberty');
    await createTenantDatabase(liberty.db, liberty.identity);
    await migrateDatabase(input(liberty, [notes]));
  });
  afterAll(() => dropTenantDatabase(liberty.db, liberty.identity));

  it('is refused by its stamp, and nothing is written', async () => {
    const before = await catalogSnapshot(liberty.db);
    const wrong = { db: liberty.db, identity: testTenant('acme').identity };
    const failure = await migrateDatabase(input(wrong, [notes, titles])).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      exitCode: 78,
      message: `acme: database "${liberty.db.name}" carries liberty's stamp. Nothing was written.`,
    });
    expect(await catalogSnapshot(liberty.db)).toEqual(before);
  });

  it('lets no role of acme connect', () =>
    withTenant(async ({ db }) => {
      const astray = { ...db, name: liberty.db.name };
      for (const role of ['owner', 'runtime'] as const) {
        await expect(connectAs(astray, role)).rejects.toMatchObject({
          code: 'DATABASE_NOT_OURS',
          exitCode: 78,
        });
      }
    }));
});

describe('status', () => {
  it('is told both ways without making a table', () =>
    withTenant((tenant) =>
      using(connectAs(tenant.db, 'runtime'), async (connection) => {
        const before = await catalogSnapshot(tenant.db);
        expect(await migrationStatus({ connection, migrations: [notes, titles] })).toEqual({
          head: null,
          pending: [stepName(1), stepName(2)],
          unknown: [],
        });
        expect(await catalogSnapshot(tenant.db)).toEqual(before);
        await migrateDatabase(input(tenant, [notes, titles]));
        expect(await checkSchema(connection, [stepName(1), stepName(2)])).toBe('current');
        expect(await checkSchema(connection, [stepName(1), stepName(3)])).toEqual({
          pending: [stepName(3)],
          unknown: [stepName(2)],
        });
      }),
    ));

  it('lets a release live with what a newer one has added, not with what it took away or what nobody explains', () =>
    withTenant(async (tenant) => {
      const contracting = class extends migration(3, 'ALTER TABLE notes DROP COLUMN title') {
        override readonly kind = 'contract';
      };
      const check = (): Promise<unknown> =>
        using(connectAs(tenant.db, 'runtime'), (connection) => checkSchema(connection, [stepName(1)]));
      await migrateDatabase(input(tenant, [notes, titles]));
      expect(await check()).toBe('current');
      expect(await migrateDatabase(input(tenant, [notes]))).toEqual({ applied: [], head: stepName(2) });
      await migrateDatabase(input(tenant, [notes, titles, contracting]));
      expect(await check()).toEqual({ pending: [], unknown: [stepName(3)] });
      await using(connectAs(tenant.db, 'owner'), async (owner) => {
        await owner.query('DELETE FROM tenantry.ledger WHERE name <> $1', [stepName(1)]);
      });
      expect(await check()).toEqual({ pending: [], unknown: [stepName(2), stepName(3)] });
    }));
});

describe('connecting', () => {
  it('says which role has the wrong password', () =>
    withTenant(async ({ db, identity }) => {
      const wrong = { ...db, ownerPassword: db.runtimePassword };
      const failure = await migrateDatabase(input({ db: wrong, identity }, [notes])).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(WrongPassword);
      expect(String(failure)).toContain(`wrong password for role "${db.ownerRole}", or no such role.`);
      expect(failure).toMatchObject({ exitCode: 1 });
    }));

  it('says which server does not answer', async () => {
    const { db, identity } = testTenant();
    const down = { ...db, server: { ...db.server, name: 'main', host: '127.0.0.1', port: 1 } };
    const failure = await migrateDatabase(input({ db: down, identity }, [notes])).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(PostgresUnreachable);
    expect(String(failure)).toContain(
      'Postgres "main" at 127.0.0.1:1: cannot be reached: connect ECONNREFUSED 127.0.0.1:1.',
    );
  });

  it('says that a password is asked for when none is set', async () => {
    const { db } = testTenant();
    const server = { ...db.server, password: undefined };
    await expect(connectAs({ ...db, server, name: 'postgres' }, 'admin')).rejects.toThrow(
      'asks for the password of role "postgres", and none is set.',
    );
  });

  it('says which database is missing', async () => {
    const { db } = testTenant();
    await expect(connectAs(db, 'admin')).rejects.toThrow(`there is no database "${db.name}".`);
  });
});
