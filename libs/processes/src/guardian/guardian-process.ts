import { rm } from 'node:fs/promises';
import { isAbsolute, parse } from 'node:path';
import { createInterface } from 'node:readline';
import { endProcesses, type RecordedProcess } from '../pid-file.js';
import type { Instruction } from './guardian.js';

// The parent's signals are not ours: at Ctrl-C it is to clean up itself, and we only if it cannot.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const graceMs = 5_000;
const paths: string[] = [];
const processes: RecordedProcess[] = [];

for await (const line of createInterface({ input: process.stdin })) {
  const instruction = understand(line);
  if (instruction === undefined) continue;
  if ('dismiss' in instruction) process.exit(0);
  paths.push(...instruction.guard.paths.filter(mayBeRemoved));
  processes.push(...instruction.guard.processes);
}

// End of input: the parent is gone, in whatever way.
await endProcesses(processes, graceMs);
for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 5 });

/** A parent killed while it wrote leaves half a line. */
function understand(line: string): Instruction | undefined {
  try {
    return JSON.parse(line) as Instruction;
  } catch {
    return undefined;
  }
}

/** A last guard against an empty or mangled path: nothing at the top of a file system. */
function mayBeRemoved(path: string): boolean {
  const { root, dir } = parse(path);
  return isAbsolute(path) && dir !== root && path !== root;
}
