import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { serverObjects } from '../../../../tests/support/catalog.js';
import { migration, notes, stepName, titleIndex, titles } from '../../../../tests/support/test-migrations.js';
import { testServer } from '../../../../tests/support/test-postgres.js';
import { lintMigrations } from './lint-migrations.js';

/** Others lint on this server meanwhile, and clean up behind themselves. */
async function expectNothingLeft(): Promise<void> {
  const left = await serverObjects('tenantry_scratch_');
  for (const end = Date.now() + 15_000; Date.now() < end; await sleep(200)) {
    const still = new Set(await serverObjects('tenantry_scratch_'));
    if (!left.some((object) => still.has(object))) return;
  }
  expect(await serverObjects('tenantry_scratch_')).toEqual([]);
}

describe('lintMigrations', () => {
  it('reads what migrations really run, by SQL and by calls, and leaves nothing on the server', async () => {
    const byCall = migration(4, async (runner: QueryRunner) => {
      const table = await runner.getTable('notes');
      if (table) await runner.dropColumn(table, 'title');
    });
    const findings = await lintMigrations(testServer(), [
      ...[notes, titles, titleIndex, byCall],
      migration(5, 'CREATE INDEX slow ON notes (text)'),
    ]);
    expect(findings.map(({ migration: name, rule }) => [name, rule])).toEqual([
      [stepName(4), 'index-dropped-not-concurrent'],
      [stepName(4), 'takes-away'],
      [stepName(5), 'index-not-concurrent'],
    ]);
    await expectNothingLeft();
  });

  it('names a migration that does not run on an empty database, and cleans up', async () => {
    await expect(
      lintMigrations(testServer(), [notes, migration(2, 'SELECT * FROM nowhere')]),
    ).rejects.toThrow(
      `migration ${stepName(2)}: fails on a database without rows: relation "nowhere" does not exist.`,
    );
    await expectNothingLeft();
  });
});
