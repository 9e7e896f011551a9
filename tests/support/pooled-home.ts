import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { connectServer } from '#libs/database';
import { poolerConfiguration } from '#libs/operations';
import { readPidFile } from '#libs/processes';
import { openHome, serverAddress } from '#libs/settings';
import { looker } from './doctor-home.js';
import { operatorOf } from './operator-of.js';
import { PgBouncer } from './pgbouncer.js';
import { signIn } from './site-visitor.js';
import { freePort, makeTestHome, type TestHome } from './test-home.js';

/** A server of tenantry.yaml as it is written there. */
export type WrittenServer = Record<string, unknown> & { pooler?: Record<string, unknown> };

interface HostFile {
  postgres: { servers: { main: WrittenServer } };
}

/** A home whose tenant acme is behind a PgBouncer. */
export interface PooledHome extends TestHome {
  readonly pgbouncer: PgBouncer;
  /** Changes the server's entry in tenantry.yaml; what it returns puts the old one back. */
  edit(change: (main: WrittenServer) => void): () => void;
  /** As tenantry.yaml has it: `tenantry postgres pooler`. */
  configuration(): Promise<string>;
  /** On the server itself, in a database of it. */
  sql<Row extends object>(text: string, database?: string): Promise<Row[]>;
  /** What the doctor says: id, and what it found. */
  findings(): Promise<[string, string | null][]>;
  /** Statuses of pages that are written while `work` is done. */
  writeDuring(work: () => Promise<unknown>): Promise<Set<number>>;
  pids(): number[];
}

export async function makePooledHome(): Promise<PooledHome> {
  const home = await makeTestHome('pooler');
  const pgbouncer = new PgBouncer(join(home.dir, '..', 'pgbouncer'), await freePort());
  const console = { authFile: pgbouncer.authFile, user: 'tenantry_console' };
  const pooler = { host: '127.0.0.1', port: pgbouncer.port, mode: 'transaction', ...console };
  await home.done('postgres', 'start');
  const edit = editor(join(home.dir, 'tenantry.yaml'));
  edit((main) => (main.pooler = pooler));
  editor(join(home.dir, 'secrets.yaml'))((main) => (main.pooler = { password: 'console "password' }));
  return {
    ...{ ...home, pgbouncer, edit },
    configuration: async () => (await poolerConfiguration(operatorOf(home.dir))).text,
    sql: (text, database) => query(home.dir, text, database),
    findings: () => findings(home.dir),
    writeDuring: (work) => writeDuring(home, work),
    pids: () => readPidFile(join(home.dir, 'run/pids/acme.json')).map(({ pid }) => pid),
    remove: async () => {
      await pgbouncer.stop();
      await home.remove();
    },
  };
}

function editor(file: string): PooledHome['edit'] {
  return (change) => {
    const before = readFileSync(file, 'utf8');
    const settings = parse(before) as HostFile;
    change(settings.postgres.servers.main);
    writeFileSync(file, stringify(settings));
    return () => writeFileSync(file, before);
  };
}

async function query<Row extends object>(dir: string, text: string, database = 'postgres'): Promise<Row[]> {
  const admin = await connectServer({ ...serverAddress(openHome(dir, {}), 'main'), database });
  const { rows } = await admin.query<Row>(text);
  await admin.end();
  return rows;
}

async function findings(dir: string): Promise<[string, string | null][]> {
  const looked = await looker(dir)();
  return looked.findings.filter(({ id }) => id !== 'first-admin-left').map(({ id, found }) => [id, found]);
}

async function writeDuring(home: TestHome, work: () => Promise<unknown>): Promise<Set<number>> {
  const file = join(home.dir, 'tenants/acme/first-admin.yaml');
  const owner = await signIn(home, 'acme.localhost', parse(readFileSync(file, 'utf8')));
  const statuses = new Set<number>();
  let isOver = false;
  const visits = (async () => {
    for (; !isOver; await sleep(5)) {
      const page = { slug: `page-${randomUUID()}`, title: 'One', body: 'One', summary: '' };
      statuses.add((await owner.post('/api/pages', page)).status);
    }
  })();
  await work();
  isOver = true;
  await visits;
  return statuses;
}
