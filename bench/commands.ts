import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { median } from './median.js';
import { makeSettingsHome, type SettingsHome } from './settings-home.js';

export interface MeasuredCommand {
  /** As a table shows it. */
  readonly name: string;
  readonly target: string;
  readonly wallMs: number;
  readonly fastestMs: number;
  readonly cpuMs: number;
}

export interface MeasuredCommands {
  readonly commands: readonly MeasuredCommand[];
  /** What the second five hundred of a thousand tenants cost `settings check`, over twice what the second 250 of 500 do. */
  readonly growth: number;
}

interface Command {
  readonly name: string;
  readonly target: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly home: string;
}

interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** How long an operator waits for the command line, its bundle built before. */
export function measureCommands(checkout: string, rounds: number): MeasuredCommands {
  const homes = [200, 250, 500, 1000].map(makeSettingsHome);
  try {
    const measured = byTurns(commandsOf(checkout, homes), rounds);
    const checks = measured.slice(-4, -1).map(([, taken]) => taken);
    return { commands: measured.map(summary), growth: growthOf(checks) };
  } finally {
    for (const home of homes) home.remove();
  }
}

function commandsOf(checkout: string, [listed, ...checked]: readonly SettingsHome[]): Command[] {
  const node = join(checkout, 'node_modules', '.bin', 'node');
  const tenantry = join(checkout, 'scripts', 'tenantry');
  const [home, largest] = [listed?.dir ?? '', checked.at(-1)?.dir ?? ''];
  const ours = (name: string, target: string, args: readonly string[], dir = home): Command => ({
    ...{ name: `\`tenantry ${name}`, target, program: tenantry, args, home: dir },
  });
  return [
    { name: 'floor: `node -e 0`', target: '', program: node, args: ['-e', '0'], home },
    ours('--help`', '≤ 250 ms', ['--help']),
    ours('tenant list`, 200 tenants', '≤ 250 ms', ['tenant', 'list']),
    ...checked.map(({ dir, tenants }) => {
      const target = tenants.length === 1000 ? '≤ 2,000 ms' : '';
      const count = tenants.length.toLocaleString('en');
      return ours(`settings check --all\`, ${count} tenants`, target, ['settings', 'check', '--all'], dir);
    }),
    {
      ...{ name: 'floor: `yaml` parses the overlays of 1,000 tenants', target: '', program: node },
      ...{ args: ['--input-type=module', '-e', parseAll(checkout), largest], home: largest },
    },
  ];
}

/** Nothing but reading and parsing. */
function parseAll(checkout: string): string {
  const yaml = JSON.stringify(`file://${checkout}/node_modules/yaml/dist/index.js`);
  return `import { readdirSync, readFileSync } from 'node:fs'; import yaml from ${yaml};
    const folder = process.argv[1] + '/tenants/';
    for (const name of readdirSync(folder)) if (name[0] !== '_') yaml.parse(readFileSync(folder + name + '/settings.yaml', 'utf8'));`;
}

/** By turns, so that a change of the machine's load meets all of them; the first turn only fills the disk's cache. */
function byTurns(all: readonly Command[], rounds: number): [Command, Taken[]][] {
  const measured = all.map((command): [Command, Taken[]] => [command, []]);
  for (const command of all) run(command);
  for (let round = 0; round < rounds; round += 1) {
    for (const [command, taken] of measured) taken.push(run(command));
  }
  return measured;
}

function run({ program, args, home }: Command): Taken {
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

function summary([{ name, target }, taken]: readonly [Command, readonly Taken[]]): MeasuredCommand {
  const walls = taken.map(({ wallMs }) => wallMs);
  const cpuMs = median(taken.map((each) => each.cpuMs));
  return { name, target, wallMs: median(walls), fastestMs: Math.min(...walls), cpuMs };
}

/** Of processor time, which other work on the machine disturbs least. */
function growthOf(checks: readonly (readonly Taken[])[]): number {
  const [small = NaN, middle = NaN, large = NaN] = checks.map((taken) =>
    median(taken.map(({ cpuMs }) => cpuMs)),
  );
  return (large - middle) / (2 * (middle - small));
}
