import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, existsSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkoutDir, type Ran } from './command-line.js';

/** A real systemd in namespaces of its own. */
export interface SystemdBox {
  /** Runs a shell script inside, as root. */
  run(script: string): Promise<Ran>;
  /** Where its files are, seen from outside. */
  readonly root: string;
  remove(): Promise<void>;
}

/** Boots a systemd; the reason why not where this machine does not allow it. */
export async function bootSystemd(): Promise<SystemdBox | string> {
  if (process.getuid?.() !== 0) return 'needs root';
  if (!existsSync('/lib/systemd/systemd')) return 'systemd is not installed';
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-systemd-'));
  const script = join(checkoutDir, 'tests/support/boot-systemd.sh');
  const outer = spawn('sh', [script, folder], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let words = '';
  outer.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  for (let tries = 0; tries < 100 && outer.exitCode === null; tries += 1) {
    await sleep(100);
    const init = childOf(outer.pid ?? 0);
    if (init === undefined) continue;
    const isUp = inside(init, 'systemctl is-active -q basic.target');
    if ((await isUp).code === 0) return boxOf({ folder, outer, init });
  }
  await removeBox({ folder, outer, init: undefined });
  return `it does not boot here: ${words.trim() || 'no word'}`;
}

interface Booted {
  readonly folder: string;
  readonly outer: ChildProcess;
  readonly init: number | undefined;
}

function boxOf(booted: Booted & { readonly init: number }): SystemdBox {
  return {
    root: join(booted.folder, 'root'),
    run: (script) => inside(booted.init, script),
    remove: () => removeBox(booted),
  };
}

function childOf(pid: number): number | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  const found = Number(stdout.trim().split('\n')[0]);
  return found > 0 ? found : undefined;
}

async function inside(init: number, script: string): Promise<Ran> {
  const child = spawn('nsenter', ['-t', String(init), '-a', 'sh', '-c', `cd /; ${script}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', NODE_ENV: 'production' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', resolve);
  });
  return { code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
}

async function removeBox({ folder, outer, init }: Booted): Promise<void> {
  const name = existsSync(join(folder, 'cgroup')) ? readFileSync(join(folder, 'cgroup'), 'utf8').trim() : '';
  // The first process of a namespace takes all others with it.
  if (init !== undefined) kill(init);
  if (outer.pid !== undefined && outer.exitCode === null) kill(outer.pid);
  for (let tries = 0; tries < 50 && outer.exitCode === null && outer.signalCode === null; tries += 1)
    await sleep(100);
  spawnSync('umount', ['-l', join(folder, 'root')]);
  spawnSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true, force: true });
  if (name === '') return;
  for (const controller of ['memory', 'pids', 'cpu', 'systemd'])
    removeGroup(`/sys/fs/cgroup/${controller}/${name}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was gone already.
  }
}

function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
  } catch {
    // Tried again.
  }
}
