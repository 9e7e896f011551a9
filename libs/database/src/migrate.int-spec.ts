import { describe, expect, it } from '@jest/globals';
import { catalogSnapshot, openConnections } from '../../../tests/support/catalog.js';
import {
  input,
  migration,
  notes,
  stepName,
  titleIndex,
  titles,
  withTenant,
} from '../../../tests/support/test-migrations.js';
import { connectAs, using } from './connect.js';
import {
  BadMigrationList,
  DatabaseLocked,
  MigrationFailed,
  MigrationInterrupted,
  MigrationRefused,
} from './errors.js';
import { lockKeys, takeLock } from './locks.js';
import { migrateDatabase } from './migrate.js';
import type { MigrateInput } from './migrate-input.js';

describe('migrateDatabase', () => {
  it('applies what is pending, in order, and reads the head back', () =>
    withTenant(async (tenant) => {
      expect(await migrateDatabase(input(tenant, [notes, titles, titleIndex]))).toEqual({
        applied: [stepName(1), stepName(2), stepName(3)],
        head: stepName(3),
      });
      expect(await migrateDatabase(input(tenant, [notes, titles, titleIndex]))).toEqual({
        applied: [],
        head: stepName(3),
      });
    }));

  it('lets the runtime role read and write rows, and nothing else', () =>
    withTenant(async (tenant) => {
      await migrateDatabase(input(tenant, [notes]));
      await using(connectAs(tenant.db, 'runtime'), async (runtime) => {
        await runtime.query(`INSERT INTO notes (text) VALUES ('hello')`);
        expect((await runtime.query('SELECT text FROM notes')).rows).toEqual([{ text: 'hello' }]);
        for (const sql of [
          'CREATE TABLE mine (id int)',
          'CREATE TEMPORARY TABLE mine (id int)',
          'CREATE SCHEMA mine',
          'ALTER TABLE notes ADD COLUMN x int',
          'DROP TABLE notes',
          'TRUNCATE notes',
          `INSERT INTO public.migrations ("timestamp", name) VALUES (1, 'x')`,
          'DELETE FROM tenantry.ledger',
          `UPDATE tenantry.stamp SET tenant = 'liberty'`,
        ]) {
          await expect(runtime.query(sql)).rejects.toMatchObject({ code: '42501' });
        }
      });
    }));

  it('lets no owner change the stamp', () =>
    withTenant(({ db }) =>
      using(connectAs(db, 'owner'), async (owner) => {
        await expect(owner.query(`UPDATE tenantry.stamp SET tenant = 'liberty'`)).rejects.toMatchObject({
          code: '42501',
        });
        await expect(owner.query('DROP SCHEMA tenantry CASCADE')).rejects.toMatchObject({ code: '42501' });
        await owner.query('CREATE TABLE mine (id int)');
      }),
    ));

  it('reports each migration', () =>
    withTenant(async (tenant) => {
      const seen: string[] = [];
      await migrateDatabase(
        input(tenant, [notes, titles], { report: (event) => seen.push(`${event.migration} ${event.state}`) }),
      );
      expect(seen).toEqual([
        `${stepName(1)} started`,
        `${stepName(1)} applied`,
        `${stepName(2)} started`,
        `${stepName(2)} applied`,
      ]);
    }));

  it('rolls a failing migration back, keeps those before it, and goes on from there', () =>
    withTenant(async (tenant) => {
      const broken = migration(2, async (runner) => {
        await runner.query('CREATE TABLE half (id int)');
        await runner.query('SELECT * FROM nowhere');
      });
      const failure = await migrateDatabase(input(tenant, [notes, broken, titleIndex])).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(MigrationFailed);
      expect(failure).toMatchObject({ migration: stepName(2), applied: [stepName(1)], exitCode: 1 });
      expect(String(failure)).toContain(
        `acme: migration ${stepName(2)} failed: relation "nowhere" does not exist. It was rolled back; 1 before it in this run are done.`,
      );
      expect((await catalogSnapshot(tenant.db)).join()).not.toContain('half');
      expect((await migrateDatabase(input(tenant, [notes, titles, titleIndex]))).applied).toEqual([
        stepName(2),
        stepName(3),
      ]);
    }));

  it('says when a failing migration may have left a part', () =>
    withTenant(async (tenant) => {
      const broken = migration(1, 'CREATE INDEX CONCURRENTLY x ON nowhere (id)', false);
      await expect(migrateDatabase(input(tenant, [broken]))).rejects.toThrow(
        'It runs outside a transaction, so a part of it may remain; 0 before it',
      );
    }));

  it('applies each migration once when two run at once, an index built concurrently too', () =>
    withTenant(async (tenant) => {
      const results = await Promise.all(
        [1, 2, 3].map(() =>
          migrateDatabase(input(tenant, [notes, titles, titleIndex], { lockWaitMs: 30_000 })),
        ),
      );
      expect(results.flatMap(({ applied }) => applied)).toHaveLength(3);
      expect(results.map(({ head }) => head)).toEqual([stepName(3), stepName(3), stepName(3)]);
      const { rows } = await using(connectAs(tenant.db, 'owner'), (owner) =>
        owner.query('SELECT count(*)::int AS count FROM public.migrations'),
      );
      expect(rows).toEqual([{ count: 3 }]);
    }));

  it('waits for the lock only as long as it may, and names who holds it', () =>
    withTenant((tenant) =>
      using(connectAs(tenant.db, 'owner'), async (other) => {
        expect(await takeLock(other, lockKeys.migrate, { waitMs: 0 })).toBe(true);
        const failure = await migrateDatabase(input(tenant, [notes], { lockWaitMs: 150 })).catch(
          (error: unknown) => error,
        );
        expect(failure).toBeInstanceOf(DatabaseLocked);
        expect(failure).toMatchObject({ exitCode: 75 });
        expect(String(failure)).toMatch(
          /is being migrated by the connection with server process \d+ since 20/,
        );
      }),
    ));

  it('stops between two migrations when asked to', () =>
    withTenant(async (tenant) => {
      const stop = new AbortController();
      const report: MigrateInput['report'] = ({ state }) => state === 'applied' && stop.abort();
      const failure = await migrateDatabase(
        input(tenant, [notes, titles], { signal: stop.signal, report }),
      ).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(MigrationInterrupted);
      expect(failure).toMatchObject({ applied: [stepName(1)], exitCode: 130 });
    }));

  it('stops waiting for the lock when asked to', () =>
    withTenant((tenant) =>
      using(connectAs(tenant.db, 'owner'), async (other) => {
        await takeLock(other, lockKeys.migrate, { waitMs: 0 });
        const signal = AbortSignal.timeout(100);
        await expect(migrateDatabase(input(tenant, [notes], { signal }))).rejects.toThrow(
          MigrationInterrupted,
        );
      }),
    ));

  it('refuses a database that is newer than the release', () =>
    withTenant(async (tenant) => {
      const contracting = class extends titles {
        override readonly kind = 'contract';
      };
      await migrateDatabase(input(tenant, [notes, contracting]));
      await expect(migrateDatabase(input(tenant, [notes]))).rejects.toThrow(
        `acme: the database is newer than the release, which does not know ${stepName(2)}. Nothing was written.`,
      );
    }));

  it('refuses a migration that is older than the head, unless it is allowed by name', () =>
    withTenant(async (tenant) => {
      await migrateDatabase(input(tenant, [notes]));
      await migrateDatabase(input(tenant, [notes, migration(3, 'SELECT 1')]));
      const late = input(tenant, [notes, titles, migration(3, 'SELECT 1')]);
      await expect(migrateDatabase(late)).rejects.toThrow(MigrationRefused);
      expect(await migrateDatabase({ ...late, allow: [stepName(2)] })).toEqual({
        applied: [stepName(2)],
        head: stepName(3),
      });
    }));

  it('refuses a migration that was edited after it was applied', () =>
    withTenant(async (tenant) => {
      await migrateDatabase(input(tenant, [notes], { hashes: { [stepName(1)]: 'aa' }, runId: 'run-1' }));
      await expect(
        migrateDatabase(input(tenant, [notes, titles], { hashes: { [stepName(1)]: 'bb' } })),
      ).rejects.toThrow(`acme: ${stepName(1)} was changed after it had been applied. Nothing was written.`);
      const { rows } = await using(connectAs(tenant.db, 'owner'), (owner) =>
        owner.query('SELECT name, hash, run_id FROM tenantry.ledger'),
      );
      expect(rows).toEqual([{ name: stepName(1), hash: 'aa', run_id: 'run-1' }]);
    }));

  it('refuses lists that cannot be right', () =>
    withTenant(async (tenant) => {
      await expect(migrateDatabase(input(tenant, [titles, notes]))).rejects.toThrow(BadMigrationList);
      await expect(migrateDatabase(input(tenant, [notes, notes]))).rejects.toThrow(BadMigrationList);
    }));

  it('gives a migration that waits for a table only the time that it may take', () =>
    withTenant((tenant) =>
      using(connectAs(tenant.db, 'owner'), async (other) => {
        await migrateDatabase(input(tenant, [notes]));
        await other.query('BEGIN; LOCK TABLE notes');
        await expect(migrateDatabase(input(tenant, [notes, titles], { lockTimeoutMs: 100 }))).rejects.toThrow(
          'canceling statement due to lock timeout',
        );
        await other.query('ROLLBACK');
      }),
    ));

  it('closes its connections, whether it works or not', () =>
    withTenant(async (tenant) => {
      const before = await openConnections(tenant.db.name);
      await migrateDatabase(input(tenant, [notes]));
      await migrateDatabase(input(tenant, [notes, migration(2, 'SELECT * FROM nowhere')])).catch(() => {});
      await new Promise((done) => setTimeout(done, 100));
      expect(await openConnections(tenant.db.name)).toBe(before);
    }));

  it('keeps the password out of what it throws', () =>
    withTenant(async (tenant) => {
      const password = tenant.db.ownerPassword.reveal();
      const leak = migration(1, () => Promise.reject(new Error(`connected with ${password}`)));
      const failure = await migrateDatabase(input(tenant, [leak])).catch((error: unknown) => error);
      expect(failure).toMatchObject({ cause: { message: 'connected with [secret]' } });
      expect(
        JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + String((failure as Error).stack),
      ).not.toContain(password);
    }));
});
