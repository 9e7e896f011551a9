import { collectGarbage } from './collect-garbage.js';

const checkEveryMs = 2000;
const mostChecks = 30;

/**
 * Gives back what only the start needed, above all its compiled code: about 9 MB of each process, and the young
 * generation shrinks. V8 would do some of it after many collections, which a tenant with few visitors takes days for.
 * What a page needs is compiled again by the next visit, at the cost of a few milliseconds. It stops the process for
 * some 50 ms, so it waits for a quiet moment, and does without when there is none.
 */
export function settleMemory(isQuiet: () => boolean): void {
  let checks = 0;
  const timer = setInterval(() => {
    checks += 1;
    if (isQuiet()) {
      clearInterval(timer);
      collectGarbage({ flavor: 'last-resort' }, { dropCode: true });
    } else if (checks === mostChecks) {
      clearInterval(timer);
    }
  }, checkEveryMs);
  timer.unref();
}
