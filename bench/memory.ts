import { readFileSync } from 'node:fs';

import { setTimeout as sleep } from 'node:timers/promises';

import { type Bench, floorServer, tenantServer } from './bench-home.js';
import { compare, type Compared, median } from './median.js';
import { ask, type RunningServer, type ServerCommand, startServer } from './server-process.js';

const visits = 5;

/** A process gives back what its start needed in its first quiet moment after some seconds. */
const settleMs = 5000;

/** Megabytes of PSS a process, all tenants running: shared pages count in part for each that shares them. */
export async function measureMemory(bench: Bench): Promise<Compared> {
  const floors: ServerCommand[] = [];
  for (const tenant of bench.tenants) floors.push(await floorServer(bench, tenant));
  const ours = await medianPss(bench.tenants.map((tenant) => tenantServer(bench, tenant)));
  return compare([ours], [await medianPss(floors)]);
}

async function medianPss(servers: readonly ServerCommand[]): Promise<number> {
  const running: RunningServer[] = [];
  try {
    for (const server of servers) running.push(await startServer(server));
    for (let visit = 0; visit < visits; visit += 1) {
      for (const server of servers) await ask(server);
    }
    await sleep(settleMs);
    return median(running.map(({ pid }) => pssMegabytes(pid)));
  } finally {
    for (const each of running) await each.stop();
  }
}

function pssMegabytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return Number(kilobytes) / 1024;
}
