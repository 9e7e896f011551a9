import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { type HomePaths, syncFolder } from '#libs/settings';
import { processStartTime } from '#libs/processes';
import type { RunEntry, RunStart, Runner } from './run-entries.js';
import { runFile, runsFolder } from './run-record.js';

const sync = promisify(fdatasync);

/**
 * The record of one run, appended line by line. Killed at any instant it says what was begun: an entry that must not be
 * lost (`durable`) is on the disk before its promise resolves. What a line cut short was to tell is in the databases.
 */
export class RunLedger {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Throws what the file system says (ENOSPC, EACCES) before anything else has been done. */
  static start(paths: HomePaths, start: Omit<RunStart, 'runner'>): RunLedger {
    const folder = runsFolder(paths);
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL } = constants;
    const ledger = new RunLedger(
      openSync(runFile(paths, start.run), O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o640),
    );
    ledger.#write({ event: 'started', ...start, runner: runnerNow() });
    fsyncSync(ledger.#descriptor);
    syncFolder(folder);
    return ledger;
  }

  /** Goes on with the record of a run that came to no end. */
  static resume(paths: HomePaths, run: string, at: string): RunLedger {
    const ledger = new RunLedger(openSync(runFile(paths, run), constants.O_RDWR | constants.O_APPEND));
    ledger.#endCutLine();
    ledger.#write({ event: 'resumed', at, runner: runnerNow() });
    fsyncSync(ledger.#descriptor);
    return ledger;
  }

  async append(entry: RunEntry, { isDurable }: { isDurable: boolean }): Promise<void> {
    this.#write(entry);
    if (isDurable) await sync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(entry: RunEntry): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    for (let written = 0; written < line.length;) written += writeSync(this.#descriptor, line, written);
  }

  #endCutLine(): void {
    const { size } = fstatSync(this.#descriptor);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(this.#descriptor, last, 0, 1, size - 1);
    if (size > 0 && last.toString() !== '\n') writeSync(this.#descriptor, '\n');
  }
}

/** Without it a power cut could take away the file's name. */
/** This process, as one who works on a run. */
export function runnerNow(): Runner {
  return { host: hostname(), pid: process.pid, startTime: processStartTime(process.pid) ?? null };
}
