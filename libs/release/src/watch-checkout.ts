import { spawn } from 'node:child_process';
import { rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

export interface WatchInput {
  readonly checkout: string;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
  /** Called after a compilation without errors, and when templates or assets changed; never twice at once. */
  readonly onChange: () => Promise<void>;
}

const settleMs = 150;

/**
 * Compiles the checkout as its sources change, until the signal aborts. Its bundle is removed first: it is made of
 * sources that are about to change, and would go before what is compiled.
 */
export async function watchCheckout({ checkout, signal, report, onChange }: WatchInput): Promise<void> {
  rmSync(join(checkout, 'dist', 'bundle'), { recursive: true, force: true });
  const change = coalesce(onChange);
  const watcher = watch(join(checkout, 'apps'), { recursive: true, signal }, (_event, name) => {
    if (name !== null && /\/(templates|assets)\//.test(name)) change();
  });
  watcher.on('error', (error) => report(`apps/: cannot be watched: ${error.message}`));
  await compileAndWatch({ checkout, signal, report, change });
}

async function compileAndWatch(input: Omit<WatchInput, 'onChange'> & { change: () => void }): Promise<void> {
  const { checkout, signal, report, change } = input;
  const node = join(checkout, 'node_modules', '.bin', 'node');
  const tsc = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc');
  const child = spawn(
    node,
    [tsc, '--project', checkout, '--watch', '--preserveWatchOutput', '--pretty', 'false'],
    {
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  let isFirst = true;
  for await (const line of createInterface({ input: child.stdout })) {
    const errors = /Found (\d+) errors?\./.exec(line)?.[1];
    if (errors === undefined && /error TS\d+/.test(line)) report(line);
    if (errors === '0' && !isFirst) change();
    // The first compilation only confirms what is there and runs already.
    if (errors !== undefined) isFirst = false;
  }
  if (!signal.aborted) report('the compiler ended by itself; run the command again.');
}

/** Waits for a burst of changes to end, and never runs two at once; a change meanwhile is another run. */
function coalesce(run: () => Promise<void>): () => void {
  let isWanted = false;
  let isRunning = false;
  return () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    void (async () => {
      while (isWanted) {
        await setTimeout(settleMs);
        isWanted = false;
        await run();
      }
      isRunning = false;
    })();
  };
}
