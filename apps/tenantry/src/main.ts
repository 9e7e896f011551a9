import { realpathSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// dist/apps/tenantry/src/main.js -> the checkout or release that this command came from. In a release it is part of the
// bundle, and there is no such file; the bundle still says that it was there.
const codeRoot = realpathSync(join(dirname(fileURLToPath(import.meta.url)), '../../../..'));

// Compiling is half of what a short command does; where the folder cannot be written, Node goes on without.
enableCompileCache(join(codeRoot, 'dist', 'cache'));
const { runCommandLine } = await import('./run-command-line.js');

const exitCode = await runCommandLine(process.argv.slice(2), {
  codeRoot,
  // What Node was told to run: the bundle's beginning, or this file.
  entry: realpathSync(process.argv[1] ?? fileURLToPath(import.meta.url)),
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt: (listener) => {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
  },
});

// Going out without waiting for V8 to take its heap down piece by piece, which is a tenth of a command over many
// tenants. Nothing is lost: what has not been written yet is waited for.
for (const stream of [process.stdout, process.stderr]) {
  if (stream.writableLength > 0) await new Promise((resolve) => stream.write('', resolve));
}
process.exit(exitCode);
