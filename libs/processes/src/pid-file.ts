import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { processIsAlive } from './process-table.js';

/** A process as a pid file names it: with what tells it from a later one of the same pid. */
export interface RecordedProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** During a restart a tenant has two processes: the file lists all, and is gone when there are none. */
export function writePidFile(file: string, processes: readonly RecordedProcess[]): void {
  if (processes.length === 0) return rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  const written = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(written, `${JSON.stringify({ processes })}\n`, { mode: 0o600 });
    renameSync(written, file);
  } catch (error) {
    rmSync(written, { force: true });
    throw error;
  }
}

/** Empty where there is no file, or none that can be understood: then nothing may be signalled. */
export function readPidFile(file: string): RecordedProcess[] {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content !== 'object' || content === null || !('processes' in content)) return [];
    return Array.isArray(content.processes) ? content.processes.filter(isRecordedProcess) : [];
  } catch {
    return [];
  }
}

function isRecordedProcess(value: unknown): value is RecordedProcess {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'pid' in value &&
    Number.isSafeInteger(value.pid) &&
    'startTime' in value &&
    typeof value.startTime === 'string'
  );
}

/** SIGTERM, and SIGKILL after `graceMs`, to exactly these processes; resolves when they are gone. Returns those that were alive. */
export async function endProcesses(recorded: readonly RecordedProcess[], graceMs: number): Promise<number[]> {
  const alive = recorded.filter((one) => processIsAlive(one.pid, one.startTime));
  for (const one of alive) signal(one, 'SIGTERM');
  await waitUntilGone(alive, graceMs);
  for (const one of alive) signal(one, 'SIGKILL');
  await waitUntilGone(alive, 5_000);
  return alive.map((one) => one.pid);
}

function signal(one: RecordedProcess, name: NodeJS.Signals): void {
  if (!processIsAlive(one.pid, one.startTime)) return;
  try {
    process.kill(one.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}

async function waitUntilGone(processes: readonly RecordedProcess[], timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (processes.some((one) => processIsAlive(one.pid, one.startTime)) && performance.now() < end)
    await pause(20);
}
