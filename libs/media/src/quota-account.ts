import { QuotaExceeded } from './errors.js';
import { formatBytes } from './byte-text.js';

/**
 * Keeps uploads that run at the same time within one quota: each reserves the bytes before it writes them.
 * What is stored is measured anew for each upload, so that files which came or went by other hands count too;
 * measuring, publishing and removing take turns, so that no file is counted twice or not at all.
 *
 * Other processes over the same media root take no turns with this one. They are kept within the quota by what is on
 * the disk: an upload is measured against it once more when all its bytes are there for the others to count. Of two
 * that exceed the quota together, the one that measures last sees the other; at the same moment both do, and are refused.
 */
export class QuotaAccount {
  readonly #quotaBytes: number;
  readonly #measure: () => Promise<number>;
  #storedBytes = 0;
  #reservedBytes = 0;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(quotaBytes: number, measure: () => Promise<number>) {
    this.#quotaBytes = quotaBytes;
    this.#measure = measure;
  }

  /** Begins an upload: measures what is stored; nothing is reserved yet. */
  async open(): Promise<Reservation> {
    await this.inTurn(async () => {
      this.#storedBytes = await this.#measure();
    });
    return new Reservation((bytes) => this.#reserve(bytes));
  }

  /**
   * Makes the reserved bytes stored ones, in one turn with the step that publishes the file. The file is whole, beside
   * the stored ones, by then. @throws QuotaExceeded
   */
  async settle<Result>(reservation: Reservation, publish: () => Promise<Result>): Promise<Result> {
    return this.inTurn(async () => {
      this.#storedBytes = await this.#measure();
      if (this.#storedBytes + reservation.bytes > this.#quotaBytes) throw this.#exceeded();
      const result = await publish();
      this.#storedBytes += reservation.bytes;
      reservation.release();
      return result;
    });
  }

  /** Runs a step that changes or measures what is stored, when no other such step runs. */
  async inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(step, step);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  // Synchronous: between the check and the booking no other upload can run.
  #reserve(bytes: number): void {
    if (this.#storedBytes + this.#reservedBytes + bytes > this.#quotaBytes) {
      throw this.#exceeded();
    }
    this.#reservedBytes += bytes;
  }

  #exceeded(): QuotaExceeded {
    return new QuotaExceeded(
      `media: the quota of ${formatBytes(this.#quotaBytes)} has no room for this file (${formatBytes(this.#storedBytes)} are stored).`,
      { hint: 'Delete files that are no longer needed, or raise media.quota.' },
    );
  }
}

/** The bytes that one upload has booked. */
export class Reservation {
  readonly #reserve: (bytes: number) => void;
  #bytes = 0;

  constructor(reserve: (bytes: number) => void) {
    this.#reserve = reserve;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Books more bytes. @throws QuotaExceeded */
  add(bytes: number): void {
    this.#reserve(bytes);
    this.#bytes += bytes;
  }

  /** Gives back what is booked; harmless the second time. */
  release(): void {
    if (this.#bytes === 0) return;
    this.#reserve(-this.#bytes);
    this.#bytes = 0;
  }
}
