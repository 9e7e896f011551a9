import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { connectAs, type TenantDatabase } from '#libs/database';
import { forEachOf } from '#libs/operations';
import { TestingHome, type TestingTenant } from '#libs/runtime';
import { checkoutDir, type Ran, tenantry } from './command-line.js';
import { testServer } from './test-postgres.js';

/** A migration of a made-up release: what runs, and what takes it back. */
export interface MadeMigration {
  readonly up: string | readonly string[];
  readonly down?: string;
  /** Further members of the class, as JavaScript: `transaction = false`. */
  readonly more?: string;
}

/** A home with databases and no processes, whose release has the migrations that a test needs. */
export interface FleetHome {
  readonly dir: string;
  readonly tenants: readonly TestingTenant[];
  readonly names: readonly string[];
  /** Makes the release and lets `current` point at it. */
  use(id: string, migrations: readonly MadeMigration[]): void;
  run(...words: readonly string[]): Promise<Ran>;
  /** Adds tenants until there are so many. */
  grow(count: number): Promise<void>;
  /** Names that the database has, in the order in which they were applied, with the run. */
  ledgerOf(tenant: TestingTenant): Promise<{ name: string; run: string }[]>;
  remove(): Promise<void>;
}

export const madeName = (number: number): string => `Step${1_700_000_000_000 + number}`;
export const createTable = (table: string): MadeMigration => ({
  up: `CREATE TABLE ${table} (id int)`,
  down: `DROP TABLE ${table}`,
});

export async function makeFleetHome(count: number): Promise<FleetHome> {
  const home = new TestingHome(testServer(), { name: 'web', sections: [], migrations: [] });
  const tenants: TestingTenant[] = [];
  const grow = (to: number): Promise<void> => addTenants(home, tenants, to);
  await grow(count);
  return {
    ...{ dir: home.dir, tenants, grow },
    get names() {
      return tenants.map(({ name }) => name);
    },
    use: (id, migrations) => useRelease(home.dir, id, migrations),
    run: (...words) => tenantry(home.dir, ...words),
    ledgerOf: ({ database }) => ledgerOf(database),
    remove: () => home.remove(),
  };
}

/** Few at a time: the server copies files for each. */
async function addTenants(home: TestingHome, tenants: TestingTenant[], to: number): Promise<void> {
  const from = tenants.length;
  const numbers = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index + 1);
  await forEachOf(numbers, 3, async (number) => {
    tenants[number - 1] = await home.addTenant(`t${String(number).padStart(2, '0')}`);
  });
}

function useRelease(home: string, id: string, migrations: readonly MadeMigration[]): void {
  const dir = join(home, 'releases', id);
  cpSync(join(checkoutDir, 'config'), join(dir, 'config'), { recursive: true });
  symlinkSync(join(checkoutDir, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }\n');
  const file = join(dir, 'dist', 'apps', 'web', 'src', 'application.js');
  mkdirSync(dirname(file), { recursive: true });
  const classes = migrations.map(classText).join(',\n');
  writeFileSync(
    file,
    `export const application = { name: 'web', sections: [], migrations: [${classes}] };\n`,
  );
  const listed = migrations.map((made, index) => ({
    ...{ name: madeName(index + 1), hash: JSON.stringify(made), isReversible: true },
    kind: made.more?.includes('contract') === true ? 'contract' : 'expand',
  }));
  writeFileSync(
    join(dir, 'release.json'),
    JSON.stringify({ format: 1, id, applications: [{ name: 'web', migrations: listed }] }),
  );
  const aside = join(home, 'current.new');
  symlinkSync(dir, aside);
  renameSync(aside, join(home, 'current'));
}

function classText({ up, down = 'SELECT 1', more = '' }: MadeMigration, index: number): string {
  const runs = [up].flat().map((sql) => `await runner.query(${JSON.stringify(sql)});`);
  return `class {
    name = '${madeName(index + 1)}';
    ${more};
    async up(runner) { ${runs.join(' ')} }
    async down(runner) { await runner.query(${JSON.stringify(down)}); }
  }`;
}

async function ledgerOf(db: TenantDatabase): Promise<{ name: string; run: string }[]> {
  const connection = await connectAs(db, 'runtime');
  try {
    const { rows } = await connection.query<{ name: string; run: string }>(
      `SELECT l.name, l.run_id AS run FROM tenantry.ledger l JOIN public.migrations m ON m.name = l.name ORDER BY m.id`,
    );
    return rows;
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return [];
    throw error;
  } finally {
    await connection.end();
  }
}

/** Run records, the newest last. */
export function runFilesOf(home: string): string[] {
  return readdirSync(join(home, 'state', 'runs')).toSorted();
}

export function timelineOf(home: string, tenant: string): { event: string; run: string }[] {
  const text = readFileSync(join(home, 'state', 'tenants', `${tenant}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { event: string; run: string });
}
