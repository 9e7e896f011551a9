import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Bench, floorServer, tenantServer } from './bench-home.js';
import { compare, type Compared } from './median.js';
import { ask, type ServerCommand, startServer } from './server-process.js';

/** After its dry boot, as long as a spare waits at least. */
const restMs = 300;

/** From naming a waiting spare its tenant to the first 200 with a query; beside it, the floor from its spawn. */
export async function measureSpares(bench: Bench, rounds: number): Promise<Compared> {
  const [scratch, tenant = scratch] = bench.tenants;
  if (scratch === undefined || tenant === undefined) throw new TypeError('No tenant to measure.');
  const [dry, wanted] = [tenantServer(bench, scratch), tenantServer(bench, tenant)];
  const floor = await floorServer(bench, tenant);
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    times[0].push(await measureOnce({ dry, wanted, logFile: join(bench.home.dir, 'run', 'spare.log') }));
    const running = await startServer(floor);
    times[1].push(running.firstResponseMs);
    await running.stop();
  }
  return compare(times[0], times[1]);
}

interface Spare {
  readonly dry: ServerCommand;
  readonly wanted: ServerCommand;
  readonly logFile: string;
}

async function measureOnce({ dry, wanted, logFile }: Spare): Promise<number> {
  const child = spawn(dry.command, dry.args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...dry.env, TENANTRY_SPARE: '1' },
  });
  const ended = once(child, 'exit');
  await once(child, 'message');
  await sleep(restMs);
  const startedAt = performance.now();
  child.send({ type: 'become', env: wanted.env, logFile });
  await untilAnswered(child, wanted);
  const took = performance.now() - startedAt;
  child.kill('SIGTERM');
  await ended;
  return took;
}

async function untilAnswered(child: ChildProcess, wanted: ServerCommand): Promise<void> {
  while ((await ask(wanted)) !== 200) {
    if (child.exitCode !== null) throw new TypeError(`The spare ended: ${child.exitCode}.`);
    await sleep(1);
  }
}
