import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from './testing/eventually.js';
import { FakeHome, type FakeHomeOptions } from './testing/fake-home.js';

let home: FakeHome;
let mounted: string | undefined;

afterEach(async () => {
  await home.supervisor.stopAll();
  if (mounted !== undefined) execFileSync('umount', [mounted]);
  mounted = undefined;
  await home.remove();
});

async function homeWith(tenants: readonly string[], options: FakeHomeOptions = {}): Promise<number[]> {
  home = new FakeHome(options);
  for (const tenant of tenants) await home.supervisor.start(tenant);
  return pids();
}

const pids = (): number[] => home.supervisor.status().map(({ pid }) => pid ?? 0);

describe('a log that cannot be written', () => {
  it('keeps a tenant from being restarted; its old process and the other tenants go on', async () => {
    const before = await homeWith(['acme', 'liberty']);
    const log = join(home.folder, 'log/acme.log');
    renameSync(log, `${log}.kept`);
    mkdirSync(log);
    await expect(home.supervisor.restart('acme')).rejects.toMatchObject({
      code: 'RUN_FILES_UNWRITABLE',
      exitCode: 1,
      tenant: 'acme',
      message: `acme: ${log} cannot be written: a folder has its name.`,
      hint: 'Check what is there, its owner and its mode, then run `tenantry restart acme`.',
    });
    expect(home.supervisor.status().map(({ state }) => state)).toEqual(['running', 'running']);
    expect(pids()).toEqual(before);

    rmSync(log, { recursive: true });
    await home.supervisor.restart('acme');
    expect(pids()[0]).not.toBe(before[0]);
  });

  it('does not end the supervisor when it cannot be moved aside, and is told of once', async () => {
    const before = await homeWith(['acme'], { logBytes: 1, logCheckMs: 20 });
    const log = join(home.folder, 'log/acme.log');
    mkdirSync(`${log}.2`);
    writeFileSync(`${log}.1`, 'x');
    writeFileSync(log, 'said', { flag: 'a' });
    const told = (): string[] => home.reports.filter((line) => line.includes('cannot be moved aside'));
    await eventually(
      () => told().length,
      (count) => count > 0,
    );
    await pause(200);
    expect(told()).toEqual([expect.stringMatching(/^acme: its log cannot be moved aside: EISDIR/)]);
    expect(pids()).toEqual(before);
  });
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';

(canMount ? describe : describe.skip)('a full disk (needs root, to mount a small one)', () => {
  const children = (): number =>
    readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).length;

  /** Pid files on a disk of two pages. */
  function onSmallDisk(): { disk: string; fill: string } {
    const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
    const disk = join(folder, 'disk');
    home = new FakeHome({ folder, launch: { pidFile: join(disk, 'acme.pid') } });
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk]);
    mounted = disk;
    return { disk, fill: join(disk, 'fill') };
  }

  function fillUp(file: string): void {
    try {
      writeFileSync(file, Buffer.alloc(64 * 1024));
    } catch {
      // That is what it is for.
    }
  }

  it('keeps a tenant from being restarted, leaves no process without a record, and passes', async () => {
    const { disk, fill } = onSmallDisk();
    await home.supervisor.start('acme');
    const [before, processes] = [pids(), children()];
    fillUp(fill);
    await expect(home.supervisor.restart('acme')).rejects.toMatchObject({
      message: `acme: ${join(disk, 'acme.pid')} cannot be written: the disk is full.`,
      hint: 'Free some space there, then run `tenantry restart acme`.',
    });
    expect(home.supervisor.status()).toMatchObject([{ state: 'running', pid: before[0] }]);
    await eventually(children, (count) => count === processes);
    expect(readdirSync(disk).toSorted()).toEqual(['acme.pid', 'fill']);

    rmSync(fill);
    await home.supervisor.restart('acme');
    expect(pids()).not.toEqual(before);
  });

  it('keeps a tenant from being started until there is room, and then it comes by itself', async () => {
    const { fill } = onSmallDisk();
    fillUp(fill);
    await expect(home.supervisor.start('acme')).rejects.toMatchObject({ code: 'RUN_FILES_UNWRITABLE' });
    expect(home.supervisor.status()).toMatchObject([
      { state: 'crashed', lastError: expect.stringContaining('the disk is full') },
    ]);
    rmSync(fill);
    await eventually(
      () => home.supervisor.status()[0]?.state,
      (state) => state === 'running',
    );
  });
});
