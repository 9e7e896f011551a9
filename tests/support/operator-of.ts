import { createDependencies, silentReport } from '#libs/operations';
import { checkoutDir, entry } from './command-line.js';

/** What the verbs of libs/operations work with in a home: for what is only to be done, without a command's start. */
export function operatorOf(home: string): ReturnType<typeof createDependencies> {
  return createDependencies({
    ...{ home, cwd: home, env: { NODE_ENV: 'production' }, codeRoot: checkoutDir, entry, command: 'test' },
    ...{ signal: new AbortController().signal, report: silentReport },
  });
}
