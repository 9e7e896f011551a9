import { describe, expect, it } from '@jest/globals';
import { lintRecorded } from './lint-migrations.js';
import { lintRules } from './rules.js';

async function rulesOf(...statements: string[]): Promise<string[]> {
  const findings = await lintRecorded({ name: 'Step1', statements }, {});
  return findings.map(({ rule }) => rule);
}

describe('the migration lint', () => {
  it.each([
    ['CREATE INDEX i ON t (a)', 'index-not-concurrent'],
    ['CREATE UNIQUE INDEX ON s.t (a)', 'index-not-concurrent'],
    ['REINDEX TABLE t', 'index-not-concurrent'],
    ['DROP INDEX i', 'index-dropped-not-concurrent'],
    ['ALTER TABLE t ADD COLUMN a int NOT NULL', 'not-null-without-default'],
    ['ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()', 'rewrites-table'],
    ["ALTER TABLE t ADD a timestamptz DEFAULT (now() + random() * interval '1 day')", 'rewrites-table'],
    ['ALTER TABLE t ADD a bigserial', 'rewrites-table'],
    ['ALTER TABLE t ADD a int GENERATED ALWAYS AS IDENTITY', 'rewrites-table'],
    ['ALTER TABLE t ADD a int GENERATED ALWAYS AS (b * 2) STORED', 'rewrites-table'],
    ['ALTER TABLE t SET UNLOGGED', 'rewrites-table'],
    ['VACUUM (FULL) t', 'rewrites-table'],
    ['CLUSTER t USING i', 'rewrites-table'],
    ['ALTER TABLE t ALTER COLUMN a TYPE bigint', 'changes-type'],
    ['ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (id)', 'checks-all-rows'],
    ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)', 'checks-all-rows'],
    ['ALTER TABLE t ADD a uuid REFERENCES u (id)', 'checks-all-rows'],
    ['ALTER TABLE t ALTER a SET NOT NULL', 'set-not-null'],
    ['ALTER TABLE t ADD UNIQUE (a)', 'constraint-builds-index'],
    ['ALTER TABLE t ADD PRIMARY KEY (a)', 'constraint-builds-index'],
    ['ALTER TABLE t DROP COLUMN a', 'takes-away'],
    ['DROP TABLE s.t', 'takes-away'],
    ['TRUNCATE t', 'takes-away'],
    ['ALTER TABLE t RENAME COLUMN a TO b', 'renames'],
    ['ALTER TABLE t RENAME TO u', 'renames'],
    ['UPDATE t SET a = 1', 'changes-all-rows'],
    ['DELETE FROM t', 'changes-all-rows'],
    ['LOCK TABLE t', 'locks-table'],
    ["DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$", 'cannot-be-read'],
    ['NO SQL AT ALL', 'cannot-be-read'],
  ])('finds %s', async (sql, rule) => {
    expect(await rulesOf(sql)).toEqual([rule]);
  });

  it.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'DROP INDEX CONCURRENTLY i',
    'ALTER TABLE t ADD COLUMN a int',
    `ALTER TABLE t ADD COLUMN a text NOT NULL DEFAULT ''`,
    'ALTER TABLE t ADD a timestamptz NOT NULL DEFAULT now()',
    'ALTER TABLE t ADD a timestamptz DEFAULT CURRENT_TIMESTAMP',
    'ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (id) NOT VALID',
    'ALTER TABLE t VALIDATE CONSTRAINT c',
    'ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i',
    'ALTER INDEX i RENAME TO j',
    'UPDATE t SET a = 1 WHERE id < 1000',
    'SELECT * FROM t',
    'REINDEX TABLE CONCURRENTLY t',
    'DROP FUNCTION f()',
  ])('has nothing against %s', async (sql) => {
    expect(await rulesOf(sql)).toEqual([]);
  });

  it('minds nothing that a migration does to what it has made itself', async () => {
    expect(
      await rulesOf(
        'CREATE TABLE t (id int)',
        'CREATE INDEX i ON t (id); ALTER TABLE t ADD a int NOT NULL',
        'INSERT INTO t SELECT 1, 1',
        'UPDATE t SET a = 2',
        'DROP INDEX i',
      ),
    ).toEqual([]);
    expect(await rulesOf('CREATE TABLE t (id int)', 'DROP TABLE u')).toEqual(['takes-away']);
  });

  it('lets a contracting migration take away, and nothing else', async () => {
    const statements = ['ALTER TABLE t DROP COLUMN a', 'CREATE INDEX i ON t (b)'];
    const findings = await lintRecorded({ name: 'Step1', statements }, { kind: 'contract' });
    expect(findings.map(({ rule }) => rule)).toEqual(['index-not-concurrent']);
  });

  it('takes the reason that a migration gives, and minds rules that there are not', async () => {
    const lintAllow = { 'index-not-concurrent': 'few rows', 'index-not-concurent': 'few rows' };
    const statements = ['CREATE  INDEX i\n  ON t (b)'];
    expect(await lintRecorded({ name: 'Step1', statements }, { lintAllow })).toEqual([
      {
        ...{ migration: 'Step1', rule: 'unknown-rule', statement: 'index-not-concurent', allowed: null },
        ...lintRules['unknown-rule'],
      },
      {
        ...{ migration: 'Step1', rule: 'index-not-concurrent', statement: 'CREATE INDEX i ON t (b)' },
        ...{ allowed: 'few rows', ...lintRules['index-not-concurrent'] },
      },
    ]);
  });
});
