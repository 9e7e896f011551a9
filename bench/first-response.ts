import { type Bench, floorServer, tenantServer } from './bench-home.js';
import { compare, type Compared } from './median.js';
import { type ServerCommand, startServer } from './server-process.js';

/** Spawn to the first 200 with a query, in milliseconds; ours and the floor by turns, so that both see one machine. */
export async function measureFirstResponse(bench: Bench, rounds: number): Promise<Compared> {
  const [tenant] = bench.tenants;
  if (tenant === undefined) throw new TypeError('No tenant to measure.');
  const servers = [tenantServer(bench, tenant), await floorServer(bench, tenant)] as const;
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    times[0].push(await once(servers[0]));
    times[1].push(await once(servers[1]));
  }
  return compare(times[0], times[1]);
}

async function once(server: ServerCommand): Promise<number> {
  const running = await startServer(server);
  await running.stop();
  return running.firstResponseMs;
}
