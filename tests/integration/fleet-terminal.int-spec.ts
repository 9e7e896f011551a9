import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAs } from '#libs/database';
import { entry, pinnedNode } from '../support/command-line.js';
import { type FleetHome, createTable, makeFleetHome, runFilesOf } from '../support/fleet-home.js';
import { escape, screenAfter } from '../support/terminal-screen.js';

let home: FleetHome;

beforeAll(async () => {
  home = await makeFleetHome(4);
}, 60_000);

afterAll(() => home.remove(), 60_000);

interface Watched {
  readonly code: number | null;
  /** All that went to the terminal. */
  readonly written: string;
  readonly screen: readonly string[];
}

/** Runs the command on a pseudo-terminal; `during` types on it. */
async function onTerminal(
  words: readonly string[],
  {
    env = {},
    during,
  }: { env?: Record<string, string>; during?: (type: (text: string) => void) => Promise<void> } = {},
): Promise<Watched> {
  const quoted = [pinnedNode, entry, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols 100 rows 30; ${quoted}`, '/dev/null'], {
    env: {
      PATH: process.env['PATH'],
      TENANTRY_HOME: home.dir,
      TERM: 'xterm-256color',
      SHELL: '/bin/sh',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const parts: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => parts.push(text));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  await during?.((text) => child.stdin.write(text));
  const code = await closed;
  const written = parts.join('');
  return { code, written, screen: screenAfter(written).filter((line) => line !== '') };
}

const slow = (seconds: number) => ({ up: [`SELECT pg_sleep(${seconds})`], down: 'SELECT 1' });

describe('migrate on a terminal', () => {
  it('draws who is at work; in the end failures and the result are what stays', async () => {
    const owner = await connectAs(home.tenants[1]?.database ?? never(), 'owner');
    await owner.query('CREATE TABLE clash (id int)');
    await owner.end();
    home.use('r1', [createTable('clash'), slow(0.4)]);
    const { code, written, screen } = await onTerminal(['migrate', '--all', '--parallel', '2']);
    expect(code).toBe(3);
    expect(written).toMatch(/ of 4 · \d done, \d failed, \d left/);
    expect(written).toMatch(/t0\d +\d\.\d s +Step1700000000002/);
    expect(screen[0]).toMatch(/^✖ t02: migration Step1700000000001 failed/);
    expect(screen.join('\n')).toMatch(/Run [\d-]+[0-9a-f]{4}: 3 done, 1 failed\./);
    expect(screen.join('\n')).not.toContain('of 4 ·');
    expect(screen.join('\n')).not.toContain('✔');
  }, 30_000);

  it('has no colours with NO_COLOR, and draws nothing with --quiet or on a dumb terminal', async () => {
    home.use('r2', [createTable('clash'), slow(0.4), slow(0.3)]);
    const plain = await onTerminal(['migrate', '--tenant', 't01'], { env: { NO_COLOR: '1' } });
    expect(plain.written).toContain('0 of 1 ·');
    expect(plain.written).not.toMatch(new RegExp(String.raw`${escape}\[\d+m`));
    const quiet = await onTerminal(['migrate', '--tenant', 't03', '--quiet']);
    expect(quiet.written).not.toContain(escape);
    expect(quiet.screen[0]).toMatch(/^Run /);
    const dumb = await onTerminal(['migrate', '--tenant', 't04'], { env: { TERM: 'dumb', NO_COLOR: '1' } });
    expect(dumb.written).not.toContain(escape);
    expect(dumb.screen).toContain('✔ t04: 1 applied, head Step1700000000003');
  }, 30_000);

  it('leaves a clean terminal behind Ctrl-C', async () => {
    home.use('r3', [createTable('clash'), slow(0.4), slow(0.3), slow(1.5), slow(0)]);
    const before = runFilesOf(home.dir).length;
    const { code, screen } = await onTerminal(['migrate', '--tenant', 't01,t03,t04', '--parallel', '1'], {
      during: async (type) => {
        while (!hasBegun(before)) await sleep(20);
        await sleep(300);
        type('\u0003');
      },
    });
    expect(code).toBe(130);
    expect(screen[0]).toMatch(/^! stopping: /);
    expect(screen.join('\n')).toMatch(/0 done, 0 failed, 3 not reached/);
    expect(screen.join('\n')).not.toMatch(/\^C|of 3 ·|at work$/);
  }, 30_000);
});

/** A run more than before, which has begun with a tenant. */
function hasBegun(before: number): boolean {
  const files = runFilesOf(home.dir);
  const newest = join(home.dir, 'state', 'runs', files.at(-1) ?? '');
  return (
    files.length > before && existsSync(newest) && readFileSync(newest, 'utf8').includes('tenant started')
  );
}

function never(): never {
  throw new TypeError('The fleet has too few tenants.');
}
