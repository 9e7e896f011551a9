import { fileURLToPath } from 'node:url';

import { buildBundle } from './build-bundle.js';

/** `node dist/libs/release/src/build-cli.js`: bundles the checkout that it was compiled in. */
const checkout = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/[\\/]$/, '');

try {
  await buildBundle({ checkout, report: (line) => process.stdout.write(`${line}\n`) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
