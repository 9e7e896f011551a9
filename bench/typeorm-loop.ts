import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestingTenant } from '#libs/runtime';

import { pinnedNode } from '../tests/support/command-line.js';
import { median } from './median.js';

const measured = 5;

/** What people write today: the TypeORM CLI, once for each tenant. Measured for some, in s for all; nothing to do. */
export function measureLoop(checkout: string, tenants: readonly TestingTenant[]): number {
  const dir = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  try {
    const source = join(dir, 'source.cjs');
    writeFileSync(source, dataSource(checkout));
    const cli = join(checkout, 'node_modules', 'typeorm', 'cli.js');
    const times = tenants.slice(0, measured).map((tenant) => runCli(cli, source, tenant));
    return (median(times) * tenants.length) / 1000;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function runCli(cli: string, source: string, { database }: TestingTenant): number {
  const { server, name, ownerRole, ownerPassword } = database;
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(pinnedNode, [cli, 'migration:run', '-d', source], {
    encoding: 'utf8',
    env: {
      ...{ PATH: process.env['PATH'], PGHOST: server.host, PGPORT: String(server.port), PGDATABASE: name },
      ...{ PGUSER: ownerRole, PGPASSWORD: ownerPassword.reveal() },
    },
  });
  if (status !== 0) throw new TypeError(`typeorm: ${stdout}${stderr}`);
  return performance.now() - began;
}

function dataSource(checkout: string): string {
  return `const { DataSource } = require(${JSON.stringify(join(checkout, 'node_modules', 'typeorm'))});
    const { PGHOST: host, PGPORT, PGUSER: username, PGPASSWORD: password, PGDATABASE: database } = process.env;
    module.exports = new DataSource({ type: 'postgres', host, port: Number(PGPORT), username, password, database,
      entities: [], migrations: [], installExtensions: false });`;
}
