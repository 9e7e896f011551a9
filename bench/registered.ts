import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface AtRest {
  readonly registered: number;
  readonly running: number;
  readonly pssMegabytes: number;
  /** Processor time per hour at rest. */
  readonly cpuSecondsPerHour: number;
}

const watchMs = 10_000;
const settleMs = 3_000;
const supervisor = fileURLToPath(new URL('registered-supervisor.js', import.meta.url));

/** What a supervisor costs that has so many tenants, most of them asleep. Their processes are tiny stand-ins. */
export async function measureAtRest(registered: number, running: number): Promise<AtRest> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-registered-'));
  mkdirSync(join(folder, 'run'));
  const child = spawn(
    process.execPath,
    ['--expose-gc', supervisor, folder, String(registered), String(running)],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  try {
    await once(child, 'message');
    await sleep(settleMs);
    const before = cpuSeconds(child);
    await sleep(watchMs);
    const cpuSecondsPerHour = (cpuSeconds(child) - before) * (3_600_000 / watchMs);
    return { registered, running, pssMegabytes: pssMegabytes(child), cpuSecondsPerHour };
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

function pssMegabytes({ pid }: ChildProcess): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
}

/** proc(5): utime and stime are the 14th and 15th field, in ticks of 10 ms; the name before them can have spaces. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
