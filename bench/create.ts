import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import { openHome, serverAddress } from '#libs/settings';

import { median } from './median.js';

export interface MeasuredCreate {
  /** `tenantry tenant create`, from its start until its end. */
  readonly commandMs: number;
  /** The same database by bare SQL. */
  readonly sqlMs: number;
  /** The command over what it may take: one and a half times the SQL of the same round, and 0.4 s of start-up. */
  readonly ratio: number;
}

const startUpMs = 400;

/** One more tenant, by the command and by nothing but its SQL, by turns; both clone the same template. */
export async function measureCreate(checkout: string, rounds: number): Promise<MeasuredCreate> {
  const home = join(mkdtempSync(join(tmpdir(), 'tenantry-create-')), 'home');
  const run = (...words: string[]): number => runCommand(checkout, home, words);
  try {
    run('init', home);
    run('tenant', 'create', 'first');
    const admin = await connect(home, 'postgres');
    const template = await templateOf(admin);
    const measured: { commandMs: number; sqlMs: number }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const commandMs = run('tenant', 'create', `tenant-${round}`);
      measured.push({ commandMs, sqlMs: await bySql(home, { template, name: `bare_${round}` }) });
    }
    await admin.end();
    return {
      commandMs: median(measured.map((each) => each.commandMs)),
      sqlMs: median(measured.map((each) => each.sqlMs)),
      ratio: median(measured.map((each) => each.commandMs / (1.5 * each.sqlMs + startUpMs))),
    };
  } finally {
    run('postgres', 'stop');
    rmSync(join(home, '..'), { recursive: true, force: true });
  }
}

function runCommand(checkout: string, home: string, words: readonly string[]): number {
  const env = { PATH: process.env['PATH'], TENANTRY_HOME: home, NODE_ENV: 'production' };
  const started = performance.now();
  const { status, stderr } = spawnSync(join(checkout, 'scripts', 'tenantry'), words, {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new TypeError(`tenantry ${words.join(' ')}: ${stderr}`);
  return performance.now() - started;
}

async function connect(home: string, database: string, user?: string): Promise<Client> {
  const server = serverAddress(openHome(home, {}), 'main');
  const password = user === undefined ? server.password?.reveal() : 'secret';
  const client = new Client({
    host: server.host,
    port: server.port,
    database,
    user: user ?? server.user,
    password,
  });
  await client.connect();
  return client;
}

async function templateOf(admin: Client): Promise<string> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datistemplate AND datname LIKE 'tenantry%'`,
  );
  if (rows[0] === undefined) throw new TypeError('there is no template');
  return rows[0].name;
}

function renewalSql(template: string, name: string): string {
  return `BEGIN; REASSIGN OWNED BY ${template}_owner TO ${name}_owner; GRANT USAGE ON SCHEMA public, tenantry TO ${name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name};
    ALTER DEFAULT PRIVILEGES FOR ROLE ${name}_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${name};
    DROP OWNED BY ${template}; DROP OWNED BY ${template}_owner;
    INSERT INTO tenantry.stamp VALUES ('${name}', gen_random_uuid()); COMMIT`;
}

/** Roles, clone, rights, owners, stamp, and an account written by the runtime role: what the command does in Postgres. */
async function bySql(home: string, { template, name }: { template: string; name: string }): Promise<number> {
  const started = performance.now();
  const admin = await connect(home, 'postgres');
  await admin.query(
    `BEGIN; CREATE ROLE ${name}_owner LOGIN PASSWORD 'secret'; CREATE ROLE ${name} LOGIN PASSWORD 'secret'; COMMIT`,
  );
  await admin.query(`CREATE DATABASE ${name} OWNER ${name}_owner TEMPLATE ${template} STRATEGY wal_log`);
  await admin.query(
    `REVOKE ALL ON DATABASE ${name} FROM PUBLIC; GRANT CONNECT ON DATABASE ${name} TO ${name}`,
  );
  const inside = await connect(home, name);
  await inside.query(renewalSql(template, name));
  await inside.end();
  await lookIn(home, name);
  await admin.end();
  return performance.now() - started;
}

/** By both logins, as the command proves them. */
async function lookIn(home: string, name: string): Promise<void> {
  for (const user of [`${name}_owner`, name]) {
    const own = await connect(home, name, user);
    await own.query('SELECT count(*) FROM public.migrations');
    await own.end();
  }
}
