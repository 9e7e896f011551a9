import { join } from 'node:path';

import { build } from 'esbuild';

import { startThrowawayPostgres } from '#libs/processes';
import { buildBundle, loadApplication, memoryEnvironment, type Release, tenantCommand } from '#libs/release';
import { TestingHome, type TestingTenant } from '#libs/runtime';

import { application as sampleApplication } from '../tests/support/sample-app/application.js';
import type { ServerCommand } from './server-process.js';

const admin = { email: 'bench@example.test', password: 'correct horse battery staple' };
const memoryBytes = 128 * 1024 * 1024;

export interface Bench {
  readonly release: Release;
  readonly home: TestingHome;
  readonly tenants: readonly TestingTenant[];
  readonly sampleHome: TestingHome;
  readonly sample: TestingTenant;
  remove(): Promise<void>;
}

export interface MakeBenchInput {
  readonly checkout: string;
  readonly tenantCount: number;
  readonly report: (line: string) => void;
}

/** A Postgres of its own, tenants of the product and one of the sample application, and the bundle built anew. */
export async function makeBench(input: MakeBenchInput): Promise<Bench> {
  const { checkout, report } = input;
  const release: Release = { id: 'checkout', dir: checkout, kind: 'checkout' };
  report('starting Postgres');
  const postgres = await startThrowawayPostgres({});
  const home = new TestingHome(postgres.server, await loadApplication(release, 'web'));
  const sampleHome = new TestingHome(postgres.server, sampleApplication);
  const remove = async (): Promise<void> => {
    await Promise.allSettled([home.remove(), sampleHome.remove()]);
    await postgres.stop();
  };
  try {
    const tenants = await addTenants(home, input);
    const sample = await sampleHome.addTenant('sample');
    const scratch = { home: home.dir, tenant: 'bench-1', app: 'web', host: 'bench-1.localhost' };
    await buildBundle({ checkout, report, scratch: [scratch] });
    return { release, home, tenants, sampleHome, sample, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function addTenants(
  home: TestingHome,
  { tenantCount, report }: MakeBenchInput,
): Promise<TestingTenant[]> {
  const tenants: TestingTenant[] = [];
  for (let number = 1; number <= tenantCount; number += 1) {
    report(`creating tenant ${number} of ${tenantCount}`);
    tenants.push(await home.addTenant(`bench-${number}`, { admin }));
  }
  return tenants;
}

/** The product as the supervisor starts it. */
export function tenantServer({ release, home }: Bench, tenant: TestingTenant): ServerCommand {
  return {
    ...tenantCommand(release, 'web', { memoryBytes }),
    env: { ...memoryEnvironment, TENANT: tenant.name, TENANTRY_HOME: home.dir, NODE_ENV: 'production' },
    socket: tenant.socket,
    host: `${tenant.name}.localhost`,
    path: '/',
  };
}

/** The floor over the same database; one file too, as a bundle is part of what is compared. */
export async function floorServer(bench: Bench, tenant: TestingTenant): Promise<ServerCommand> {
  const file = await bundleFloor(bench);
  const socket = join(bench.home.dir, 'run', `floor-${tenant.name}.sock`);
  const { server, name, runtimeRole, runtimePassword } = tenant.database;
  return {
    command: process.execPath,
    args: [file, socket],
    env: {
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGDATABASE: name,
      PGUSER: runtimeRole,
      PGPASSWORD: runtimePassword.reveal(),
    },
    socket,
    host: 'floor.localhost',
    path: '/',
  };
}

async function bundleFloor(bench: Bench): Promise<string> {
  const file = join(bench.home.dir, 'floor.mjs');
  await build({
    entryPoints: [join(bench.release.dir, 'dist', 'bench', 'floor.js')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native', 'pg-cloudflare'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return file;
}
