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
const nextTurn = promisify(setImmediate);

/**
 * The record of one run, appended line by line. Killed at any instant it says what was begun: an entry that must not be
 * lost (`durable`) is on the disk before its promise resolves. What a line cut short was to tell is in the databases.
 */
export class RunLedger {
  readonly #descriptor: number;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;

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
    ledger.#write(lineOf({ event: 'started', ...start, runner: runnerNow() }));
    fsyncSync(ledger.#descriptor);
    syncFolder(folder);
    return ledger;
  }

  /** Goes on with the record of a run that came to no end. */
  static resume(paths: HomePaths, run: string, at: string): RunLedger {
    const ledger = new RunLedger(openSync(runFile(paths, run), constants.O_RDWR | constants.O_APPEND));
    ledger.#endCutLine();
    ledger.#write(lineOf({ event: 'resumed', at, runner: runnerNow() }));
    fsyncSync(ledger.#descriptor);
    return ledger;
  }

  /** Lines that come while others are being written go to the disk together, with one wait for all of them. */
  append(entry: RunEntry, { isDurable }: { isDurable: boolean }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ line: lineOf(entry), isDurable, resolve, reject });
    if (!this.#isWriting) void this.#writeWaiting();
    return promise;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      // In the same turn more may come.
      await nextTurn();
      const batch = this.#waiting.splice(0);
      try {
        this.#write(batch.map(({ line }) => line).join(''));
        for (const { isDurable, resolve } of batch) if (!isDurable) resolve();
        if (batch.some(({ isDurable }) => isDurable)) await sync(this.#descriptor);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
  }

  #endCutLine(): void {
    const { size } = fstatSync(this.#descriptor);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(this.#descriptor, last, 0, 1, size - 1);
    if (size > 0 && last.toString() !== '\n') writeSync(this.#descriptor, '\n');
  }
}

interface Waiting {
  readonly line: string;
  readonly isDurable: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function lineOf(entry: RunEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** This process, as one who works on a run. */
export function runnerNow(): Runner {
  return { host: hostname(), pid: process.pid, startTime: processStartTime(process.pid) ?? null };
}
