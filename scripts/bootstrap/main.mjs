import { bundle } from './bundle.mjs';
import { compile } from './compile.mjs';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';
import { withLock } from './lock.mjs';
import { createProgress } from './progress.mjs';
import { replaceProcess } from './child.mjs';
import { SetupError } from './setup-error.mjs';
import { findTask } from './tasks.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Brings the checkout up to date with its sources as far as the task needs, then becomes the task. */
export async function main([name, ...args]) {
  try {
    const task = findTask(name);
    await prepare(task.needs);
    await replaceProcess({ root, args: task.arguments(root, args) });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`setup: ${error.message}${error.hint ? ` ${error.hint}` : ''}\n`);
    process.exitCode = error.exitCode;
  }
}

const steps = { install, compile, bundle };

async function prepare(needs) {
  const isPending = (step) => steps[step].isPending(root);
  if (!needs.some(isPending)) return;
  const progress = createProgress(process.stderr);
  await withLock({ root, progress }, async (lock) => {
    for (const step of needs) {
      // Asked again: whoever held the lock before may have done it.
      if (isPending(step)) await steps[step].run({ root, progress, lock });
    }
  });
}
