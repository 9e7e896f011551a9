import { describe, expect, it } from '@jest/globals';
import type { MigrationClass, SqlRunner } from '#libs/settings';
import { catalogSnapshot } from '../../../tests/support/catalog.js';
import { input, notes, stepName, withTenant } from '../../../tests/support/test-migrations.js';
import type { TestTenant } from '../../../tests/support/test-tenant.js';
import { connectAs, using } from './connect.js';
import { migrateDatabase, planMigration } from './migrate.js';
import { planReversion, revertDatabase, type RevertInput } from './revert.js';

function reversible(number: number, more: object = {}): MigrationClass {
  return class {
    readonly name = stepName(number);
    up(runner: SqlRunner): Promise<unknown> {
      return runner.query(`CREATE TABLE made_${number} (id int)`);
    }
    down(runner: SqlRunner): Promise<unknown> {
      return runner.query(`DROP TABLE made_${number}`);
    }
    constructor() {
      Object.assign(this, more);
    }
  };
}

const [two, three] = [reversible(2), reversible(3)];

function back(tenant: TestTenant, migrations: MigrationClass[], choose: RevertInput['choose']): RevertInput {
  return { ...input(tenant, migrations), choose };
}

const lastOne: RevertInput['choose'] = (applied) => applied.slice(-1).map(({ name }) => name);

describe('revertDatabase', () => {
  it('takes the newest back with its entries, so that it can be applied again', () =>
    withTenant(async (tenant) => {
      await migrateDatabase(input(tenant, [notes, two]));
      const before = await catalogSnapshot(tenant.db);
      await migrateDatabase(input(tenant, [notes, two, three], { runId: 'run-2' }));
      expect(await revertDatabase(back(tenant, [notes, two, three], lastOne))).toEqual({
        reverted: [stepName(3)],
        head: stepName(2),
      });
      expect(await catalogSnapshot(tenant.db)).toEqual(before);
      expect((await migrateDatabase(input(tenant, [notes, two, three]))).applied).toEqual([stepName(3)]);
    }));

  it('takes back what a run applied, and does nothing when asked again', () =>
    withTenant(async (tenant) => {
      await migrateDatabase(input(tenant, [notes], { runId: 'run-1' }));
      await migrateDatabase(input(tenant, [notes, two, three], { runId: 'run-2' }));
      const ofRun: RevertInput['choose'] = (applied) =>
        applied.filter(({ run }) => run === 'run-2').map(({ name }) => name);
      const request = back(tenant, [notes, two, three], ofRun);
      expect(await planReversion(request)).toEqual({
        chosen: [stepName(3), stepName(2)],
        head: stepName(3),
      });
      expect((await revertDatabase(request)).reverted).toEqual([stepName(3), stepName(2)]);
      expect(await revertDatabase(request)).toEqual({ reverted: [], head: stepName(1) });
    }));

  it('refuses what has later ones on top, what is irreversible, and what the release does not know', () =>
    withTenant(async (tenant) => {
      const final = reversible(3, { isReversible: false });
      await migrateDatabase(input(tenant, [notes, two, final]));
      const before = await catalogSnapshot(tenant.db);
      const second: RevertInput['choose'] = () => [stepName(2)];
      await expect(revertDatabase(back(tenant, [notes, two, final], second))).rejects.toThrow(
        `acme: ${stepName(2)} cannot be taken back below ${stepName(3)}, which was applied later. Nothing was written.`,
      );
      await expect(revertDatabase(back(tenant, [notes, two, final], lastOne))).rejects.toThrow(
        `acme: ${stepName(3)} is declared irreversible`,
      );
      await expect(revertDatabase(back(tenant, [notes, two], lastOne))).rejects.toMatchObject({
        message: `acme: the release does not know ${stepName(3)}, so it cannot take it back. Nothing was written.`,
        exitCode: 4,
      });
      expect(await catalogSnapshot(tenant.db)).toEqual(before);
    }));
});

describe('migrateDatabase', () => {
  it('stops at the migration that was named, and refuses a name that the release does not have', () =>
    withTenant(async (tenant) => {
      const to = stepName(2);
      expect(await migrateDatabase(input(tenant, [notes, two, three], { to }))).toEqual({
        applied: [stepName(1), stepName(2)],
        head: to,
      });
      expect(await migrateDatabase(input(tenant, [notes, two, three], { to }))).toEqual({
        applied: [],
        head: to,
      });
      await expect(migrateDatabase(input(tenant, [notes, two, three], { to: 'Nope' }))).rejects.toMatchObject(
        { message: '--to Nope: the release has no migration of that name.', exitCode: 2 },
      );
    }));

  it('records without running where that was asked for', () =>
    withTenant(async (tenant) => {
      expect((await migrateDatabase(input(tenant, [notes, two], { isFake: true }))).applied).toHaveLength(2);
      const tables = await using(connectAs(tenant.db, 'owner'), (owner) =>
        owner.query(`SELECT to_regclass('public.notes') AS notes`),
      );
      expect(tables.rows).toEqual([{ notes: null }]);
      expect((await planMigration(input(tenant, [notes, two]))).pending).toEqual([]);
    }));

  it('goes by the timeouts that a migration declares', () =>
    withTenant((tenant) =>
      using(connectAs(tenant.db, 'owner'), async (other) => {
        await migrateDatabase(input(tenant, [notes]));
        await other.query('BEGIN; LOCK TABLE notes');
        const impatient = class extends reversible(2, { lockTimeout: '50ms' }) {
          override up(runner: SqlRunner): Promise<unknown> {
            return runner.query('ALTER TABLE notes ADD COLUMN x int');
          }
        };
        await expect(
          migrateDatabase(input(tenant, [notes, impatient], { lockTimeoutMs: 60_000 })),
        ).rejects.toThrow('canceling statement due to lock timeout');
        await other.query('ROLLBACK');
        const slow = class extends reversible(2, { statementTimeout: '50ms' }) {
          override up(runner: SqlRunner): Promise<unknown> {
            return runner.query('SELECT pg_sleep(20)');
          }
        };
        await expect(migrateDatabase(input(tenant, [notes, slow]))).rejects.toThrow(
          'canceling statement due to statement timeout',
        );
        const wrong = reversible(2, { lockTimeout: 'soon' });
        await expect(migrateDatabase(input(tenant, [notes, wrong]))).rejects.toThrow(
          `migration ${stepName(2)}: lockTimeout: expected a duration, found "soon".`,
        );
      }),
    ));

  it('says that it cannot know, when the connection is lost', () =>
    withTenant(async (tenant) => {
      const suicidal = class extends reversible(2) {
        override up(runner: SqlRunner): Promise<unknown> {
          return runner.query('SELECT pg_terminate_backend(pg_backend_pid())');
        }
      };
      const failure = await migrateDatabase(input(tenant, [notes, suicidal])).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({ code: 'MIGRATION_CUT_OFF', applied: [stepName(1)], exitCode: 1 });
      expect(String(failure)).toContain('The database has all of it or nothing; 1 before it');
      expect((await planMigration(input(tenant, [notes, two]))).pending).toEqual([stepName(2)]);
    }));
});
