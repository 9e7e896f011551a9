const checkEveryMs = 2000;
const mostChecks = 30;

/**
 * Gives back what only the start needed, above all its compiled code: about 6 MB of each process, and the young
 * generation shrinks. V8 would do so after many collections, which a tenant with few visitors takes days for.
 * It stops the process for some 50 ms, so it waits for a quiet moment, and does without when there is none.
 *
 * Needs V8's `--expose-gc`, which tenant processes are started with; without it, nothing happens.
 */
export function settleMemory(isQuiet: () => boolean): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  let checks = 0;
  const timer = setInterval(() => {
    checks += 1;
    if (isQuiet()) {
      clearInterval(timer);
      collect({ type: 'major', flavor: 'last-resort', execution: 'sync' });
    } else if (checks === mostChecks) {
      clearInterval(timer);
    }
  }, checkEveryMs);
  timer.unref();
}
