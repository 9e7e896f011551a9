import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { RecordedProcess } from '../pid-file.js';
import { processStartTime } from '../process-table.js';

export interface Guarded {
  /** Folders to remove, absolute. */
  readonly paths?: readonly string[];
  /** Processes to end before. */
  readonly pids?: readonly number[];
}

export interface Guardian {
  readonly pid: number;
  /** Adds to what it looks after. */
  guard(more: Guarded): void;
  /** The caller cleaned up by itself: the guardian leaves without touching anything. */
  dismiss(): Promise<void>;
}

/** One line of what the guardian is told over its stdin. */
export type Instruction =
  | { readonly guard: { readonly paths: readonly string[]; readonly processes: readonly RecordedProcess[] } }
  | { readonly dismiss: true };

const program = fileURLToPath(new URL('./guardian-process.js', import.meta.url));

/** A detached process that outlives even kill -9 of this one and then cleans up what it was told of. */
export async function startGuardian(guarded: Guarded): Promise<Guardian> {
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  });
  await once(child, 'spawn');
  child.stdin.on('error', () => undefined);
  child.unref();
  // Nor does the pipe to it keep the caller's process alive.
  if (child.stdin instanceof Socket) child.stdin.unref();
  const tell = (instruction: Instruction): void => void child.stdin.write(`${JSON.stringify(instruction)}\n`);
  const guard = ({ paths = [], pids = [] }: Guarded): void =>
    tell({ guard: { paths, processes: identify(pids) } });
  guard(guarded);
  return { pid: child.pid ?? 0, guard, dismiss: () => dismiss(child, tell) };
}

/** While they certainly run: later the pid could be another's. */
function identify(pids: readonly number[]): RecordedProcess[] {
  return pids.flatMap((pid) => {
    const startTime = processStartTime(pid);
    return startTime === undefined ? [] : [{ pid, startTime }];
  });
}

async function dismiss(
  child: ReturnType<typeof spawn>,
  tell: (instruction: Instruction) => void,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  tell({ dismiss: true });
  child.ref();
  await gone;
}
