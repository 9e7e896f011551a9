import type { EventEmitter } from 'node:events';

import { collectGarbage } from './collect-garbage.js';

const firstPauseMs = 2000;
const longestPauseMs = 10 * 60_000;

export interface SettleMemory {
  /** Whose requests leave something behind. */
  readonly server: EventEmitter<{ request: unknown[] }>;
  readonly isQuiet: () => boolean;
  readonly collect?: (options: { readonly dropCode: boolean }) => void;
}

/**
 * Gives back what only the start needed, above all its compiled code: about 9 MB of each process, and the young
 * generation shrinks. Later, what visits have left behind: 2 MB; compiled code stays then. V8 would do some of it after
 * many collections, which a tenant with few visitors takes days for. What a page needs is compiled again by the next
 * visit, at the cost of a few milliseconds.
 *
 * It stops the process for some 50 ms. So it waits for a quiet moment, and each time twice as long as before: a process
 * that has visitors all day does it six times an hour, and one without visitors not again.
 */
export function settleMemory({ server, isQuiet, collect = collectAll }: SettleMemory): void {
  let pauseMs = firstPauseMs;
  let hasStarted = false;
  const wait = (): void => {
    setTimeout(look, pauseMs).unref();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  };
  const look = (): void => {
    if (!isQuiet()) return wait();
    collect({ dropCode: !hasStarted });
    hasStarted = true;
    server.once('request', wait);
  };
  wait();
}

function collectAll(options: { readonly dropCode: boolean }): void {
  collectGarbage({ flavor: 'last-resort' }, options);
}
