// `npm run check`: every check runs, even when an earlier one failed; what failed is shown, then a summary.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compileSources } from './bootstrap/compile.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { createProgress } from './bootstrap/progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const bin = (name) => `${root}/node_modules/.bin/${name}`;

const compileCheck = { name: 'types', run: compileUnderLock };
const checks = [
  { name: 'lint', run: () => execute(bin('oxlint'), ['--type-aware']) },
  { name: 'format', run: () => execute(bin('prettier'), ['--check', '--log-level', 'warn', '.']) },
  { name: 'boundaries', run: () => execute(process.execPath, ['dist/tests/architecture/check.js']) },
  { name: 'dead code', run: () => execute(bin('knip'), ['--no-progress']) },
];

// The types first and alone: the check of the boundaries is itself compiled code.
const results = [await timed(compileCheck), ...(await inParallel(checks, availableParallelism()))];
for (const { name, code, output } of results) {
  if (code !== 0) process.stdout.write(`\n--- ${name} ---\n${output.trimEnd()}\n`);
}
process.stdout.write('\n');
for (const { name, code, tookMs } of results) {
  process.stdout.write(
    `${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)}  ${(tookMs / 1000).toFixed(1)} s\n`,
  );
}
const failed = results.filter(({ code }) => code !== 0).length;
process.stdout.write(`\n${results.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function timed({ name, run }) {
  const startedAt = performance.now();
  const { code, output } = await run();
  return { name, code, output, tookMs: performance.now() - startedAt };
}

async function inParallel(list, width) {
  const queue = list.entries();
  const done = [];
  const worker = async () => {
    for (const [index, check] of queue) done[index] = await timed(check);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return done;
}

function compileUnderLock() {
  return withLock({ root, progress: createProgress(process.stderr) }, (lock) =>
    compileSources({ root, lock }),
  );
}

function execute(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });
}
