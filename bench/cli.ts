import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { buildBundle } from '#libs/release';

import { median } from './median.js';

/** How long the operator waits for the command line; writes its section of docs/performance.md. */
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '15' },
    'no-write': { type: 'boolean', default: false },
  },
});

interface Command {
  readonly name: string;
  readonly target: string;
  readonly program: string;
  readonly args: readonly string[];
}

interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const home = makeHome(Number(values.tenants));
try {
  await buildBundle({ checkout, report: (line) => process.stderr.write(`${line}\n`) });
  const text = section(measure(commands(), Number(values.rounds)));
  process.stdout.write(text);
  if (!values['no-write']) writeSection(join(checkout, 'docs', 'performance.md'), text);
} finally {
  rmSync(home, { recursive: true, force: true });
}

function makeHome(tenants: number): string {
  const dir = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  writeFileSync(join(dir, 'tenantry.yaml'), '{}\n');
  for (let number = 1; number <= tenants; number += 1) {
    const folder = join(dir, 'tenants', `t${number}`);
    mkdirSync(folder, { recursive: true });
    const overlay = `hosts: [t${number}.example.com]\nsite: { title: T${number} }\n`;
    writeFileSync(join(folder, 'settings.yaml'), overlay);
  }
  return dir;
}

function commands(): Command[] {
  const node = join(checkout, 'node_modules', '.bin', 'node');
  const tenantry = join(checkout, 'scripts', 'tenantry');
  const target = '≤ 250 ms';
  return [
    { name: 'floor: `node -e 0`', target: '', program: node, args: ['-e', '0'] },
    { name: '`tenantry --help`', target, program: tenantry, args: ['--help'] },
    {
      name: `\`tenantry tenant list\`, ${values.tenants} tenants`,
      target,
      program: tenantry,
      args: ['tenant', 'list'],
    },
  ];
}

/** By turns, so that a change of the machine's load meets all of them; the first turn only fills the disk's cache. */
function measure(all: readonly Command[], rounds: number): [Command, Taken[]][] {
  const measured = all.map((command): [Command, Taken[]] => [command, []]);
  for (const command of all) run(command);
  for (let round = 0; round < rounds; round += 1) {
    for (const [command, taken] of measured) taken.push(run(command));
  }
  return measured;
}

function run({ program, args }: Command): Taken {
  // The last line of the shell's `times` is what its children took, user and system; in a pipe it would be another shell's.
  const script = '"$@" >/dev/null || exit 1; times';
  const env = { PATH: process.env['PATH'], TENANTRY_HOME: home, NODE_ENV: 'production' };
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', program, ...args], {
    encoding: 'utf8',
    env,
  });
  const wallMs = performance.now() - started;
  if (status !== 0) throw new TypeError(`${program} ${args.join(' ')}: ${stderr}`);
  const parts = [...(stdout.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return { wallMs, cpuMs: 1000 * parts.reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0) };
}

function section(measured: readonly [Command, readonly Taken[]][]): string {
  const rows = measured.map(([{ name, target }, taken]) => {
    const wall = median(taken.map(({ wallMs }) => wallMs)).toFixed(0);
    const cpu = median(taken.map(({ cpuMs }) => cpuMs)).toFixed(0);
    const best = Math.min(...taken.map(({ wallMs }) => wallMs)).toFixed(0);
    return `| ${name} | ${wall} ms | ${best} ms | ${cpu} ms | ${target} |`;
  });
  return `<!-- command line: written by \`node dist/bench/cli.js\` -->
## The command line

From a built checkout, \`scripts/tenantry\` with its shell; medians of runs by turns, beside what Node takes to do nothing.

| | time | fastest | processor time | target |
|---|--:|--:|--:|--:|
${rows.join('\n')}
<!-- command line: end -->
`;
}

function writeSection(file: string, text: string): void {
  const earlier = readFileSync(file, 'utf8');
  const own = /<!-- command line: written by[^]*<!-- command line: end -->\n/;
  writeFileSync(
    file,
    own.test(earlier) ? earlier.replace(own, () => text) : `${earlier.trimEnd()}\n\n${text}`,
  );
}
