import type { TaskEnd, TaskList } from '#libs/operations';
import { type AtWork, taskLines } from './task-text.js';

const redrawMs = 100;

/**
 * A task list on a terminal, drawn over itself below the lines that stay. The cursor stands below it and is never
 * hidden, so that there is nothing to mend however the process ends.
 */
export class LiveTasks implements TaskList {
  readonly #atWork = new Map<string, { what: string; since: number }>();
  readonly #counts = { done: 0, failed: 0, skipped: 0 };
  readonly #began = performance.now();
  readonly #timer = setInterval(() => this.#redraw(), redrawMs);
  #drawn = 0;

  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly total: number,
    private readonly onClose: () => void,
  ) {
    this.#timer.unref();
  }

  begin(tenant: string): void {
    this.#atWork.set(tenant, { what: 'looking', since: performance.now() });
  }

  at(tenant: string, what: string): void {
    const task = this.#atWork.get(tenant);
    if (task !== undefined) task.what = what;
  }

  end(tenant: string, state: TaskEnd): void {
    this.#atWork.delete(tenant);
    if (state !== 'not reached') this.#counts[state] += 1;
  }

  /** A line that stays, above the list. */
  print(line: string): void {
    this.stream.write(`${this.#erasure()}${line}\n`);
    this.#drawn = 0;
    this.#redraw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.stream.write(this.#erasure());
    this.#drawn = 0;
    this.onClose();
  }

  #redraw(): void {
    // A terminal that does not know its size says 0.
    const screen = {
      columns: this.stream.columns || 80,
      rows: this.stream.rows || 24,
      stream: this.stream,
    };
    const elapsedMs = performance.now() - this.#began;
    const { total } = this;
    const lines = taskLines({ total, counts: this.#counts, atWork: this.#tasks(), elapsedMs }, screen);
    this.stream.write(`${this.#erasure()}${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  /** In the order in which they began, which a map keeps. */
  #tasks(): AtWork[] {
    const now = performance.now();
    return [...this.#atWork].map(([tenant, { what, since }]) => ({ tenant, what, sinceMs: now - since }));
  }

  /** Up to the list's first line, and everything below away: an echoed ^C, too. */
  #erasure(): string {
    return this.#drawn === 0 ? '\r' : `\r\u001B[${this.#drawn}A\u001B[0J`;
  }
}
