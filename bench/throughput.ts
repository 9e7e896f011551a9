import { join } from 'node:path';

import autocannon from 'autocannon';

import type { Bench } from './bench-home.js';
import { compare, type Compared } from './median.js';
import { type ServerCommand, startServer } from './server-process.js';

/** A count of requests would end with a tick of the generator's clock, a whole second long. */
const seconds = 4;
const connections = 20;

/** Requests a second of a page with one query: the sample application as a tenant, and without the runtime. */
export async function measureThroughput(bench: Bench, rounds: number): Promise<Compared> {
  const servers = [withRuntime(bench), plain(bench)] as const;
  const results: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    results[0].push(await load(servers[0]));
    results[1].push(await load(servers[1]));
  }
  return compare(results[0], results[1]);
}

async function load(server: ServerCommand): Promise<number> {
  const running = await startServer(server);
  try {
    const options = {
      url: `http://${server.host}${server.path}`,
      socketPath: server.socket,
      connections,
    };
    // The first ones compile and optimize.
    await autocannon({ ...options, duration: 2 });
    const result = await autocannon({ ...options, duration: seconds });
    if (result.non2xx + result.errors > 0) throw new TypeError(`${server.args.join(' ')}: requests failed.`);
    return result.requests.total / result.duration;
  } finally {
    await running.stop();
  }
}

function sampleFile({ release }: Bench, name: string): string {
  return join(release.dir, 'dist', 'tests', 'support', 'sample-app', name);
}

function withRuntime(bench: Bench): ServerCommand {
  const { sampleHome, sample } = bench;
  return {
    command: process.execPath,
    args: [sampleFile(bench, 'main.js')],
    env: { TENANT: sample.name, TENANTRY_HOME: sampleHome.dir, NODE_ENV: 'production' },
    socket: sample.socket,
    host: `${sample.name}.localhost`,
    path: '/',
  };
}

function plain(bench: Bench): ServerCommand {
  const { server, name, runtimeRole, runtimePassword } = bench.sample.database;
  const socket = join(bench.sampleHome.dir, 'run', 'plain.sock');
  return {
    command: process.execPath,
    args: [sampleFile(bench, 'plain.js'), socket],
    env: {
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGDATABASE: name,
      PGUSER: runtimeRole,
      PGPASSWORD: runtimePassword.reveal(),
      NODE_ENV: 'production',
    },
    socket,
    host: 'plain.localhost',
    path: '/',
  };
}
