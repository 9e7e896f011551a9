import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './run-command-line.js';

// dist/apps/tenantry/src/main.js -> the checkout or release that this command came from
const codeRoot = join(dirname(realpathSync(fileURLToPath(import.meta.url))), '../../../..');

process.exitCode = await runCommandLine(process.argv.slice(2), {
  codeRoot,
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt: (listener) => {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
  },
});
