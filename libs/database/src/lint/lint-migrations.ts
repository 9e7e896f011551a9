import type { MigrationClass } from '#libs/settings';
import type { ServerAddress } from '../addresses.js';
import { connectAs, using } from '../connect.js';
import { readMigrations } from '../migration-list.js';
import { withQueryRunner } from '../query-runner.js';
import { withScratchDatabase } from '../scratch.js';
import { inOwnTransaction } from './in-own-transaction.js';
import { judge, type MadeHere } from './judge.js';
import { contractRules, type LintRule, lintRules } from './rules.js';
import { parseSql } from './sql-tree.js';

/** Something in a migration that would harm whoever uses the table meanwhile. */
export interface LintFinding {
  readonly migration: string;
  readonly rule: LintRule;
  /** The statement, on one line. */
  readonly statement: string;
  readonly harm: string;
  readonly instead: string;
  /** Why it does no harm, where the migration says so by `lintAllow`; null: it does not. */
  readonly allowed: string | null;
}

/** The statements of a migration as it runs. */
export interface RecordedMigration {
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * What the migrations do, read from the SQL that they really run: all of them, in order, in a scratch database on the
 * server, which is dropped. Nobody's database is touched.
 */
export async function lintMigrations(
  server: ServerAddress,
  classes: readonly MigrationClass[],
): Promise<LintFinding[]> {
  const recorded = await recordMigrations(server, classes);
  const findings: LintFinding[] = [];
  for (const [index, Class] of classes.entries()) {
    const found = recorded[index];
    if (found) findings.push(...(await lintRecorded(found, new Class())));
  }
  return findings;
}

/** The same from statements that are known. */
export async function lintRecorded(
  { name, statements }: RecordedMigration,
  { kind, lintAllow = {} }: Pick<InstanceType<MigrationClass>, 'kind' | 'lintAllow'>,
): Promise<LintFinding[]> {
  const made: MadeHere = { names: new Set() };
  const finding = (rule: LintRule, statement: string): LintFinding => ({
    ...{ migration: name, rule, statement, ...lintRules[rule] },
    allowed: lintAllow[rule] ?? null,
  });
  const findings: LintFinding[] = Object.keys(lintAllow)
    .filter((rule) => !Object.hasOwn(lintRules, rule))
    .map((rule) => finding('unknown-rule', rule));
  for (const sql of statements) {
    const rules = await rulesBrokenBy(sql, made);
    const minded = rules.filter((rule) => kind !== 'contract' || !contractRules.has(rule));
    findings.push(...minded.map((rule) => finding(rule, onOneLine(sql))));
  }
  return findings;
}

async function rulesBrokenBy(sql: string, made: MadeHere): Promise<LintRule[]> {
  try {
    const parsed = await parseSql(sql);
    return [...new Set(parsed.flatMap((statement) => judge(statement, made)))];
  } catch {
    return ['cannot-be-read'];
  }
}

function onOneLine(sql: string): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

function recordMigrations(
  server: ServerAddress,
  classes: readonly MigrationClass[],
): Promise<RecordedMigration[]> {
  const recorded: RecordedMigration[] = [];
  return withScratchDatabase(server, (db) =>
    using(connectAs(db, 'owner'), async (connection) => {
      await withQueryRunner(connection, async (runner) => {
        let statements: string[] = [];
        const query = runner.query.bind(runner);
        runner.query = async (sql: string, ...rest: []) => {
          statements.push(sql);
          return query(sql, ...rest);
        };
        for (const migration of readMigrations(classes)) {
          statements = [];
          recorded.push({ name: migration.name, statements });
          await inOwnTransaction(runner, migration);
        }
      });
      return recorded;
    }),
  );
}
