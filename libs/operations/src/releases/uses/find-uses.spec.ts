import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseTenantName } from '#libs/settings';
import { createDependencies, type Dependencies } from '../../dependencies.js';
import { withLock } from '../../lock.js';
import { showLocks } from '../../locks/lock-verbs.js';
import { silentReport } from '../../report.js';
import { changeOverlay } from '../../settings/change-settings.js';
import { deployLock } from '../deploy/deploy.js';
import { pruneReleases } from './prune-releases.js';
import { whyRelease } from './why-release.js';

const checkout = realpathSync(join(import.meta.dirname, '../../../../../..'));
let dir: string;
let dependencies: Dependencies;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'find-uses-')));
  writeFileSync(join(dir, 'tenantry.yaml'), '{}\n');
  mkdirSync(join(dir, 'tenants/acme'), { recursive: true });
  writeFileSync(join(dir, 'tenants/acme/settings.yaml'), 'app: web\n');
  // Of deploys that failed long ago.
  for (const id of ['1', '2']) {
    mkdirSync(join(dir, 'releases', id), { recursive: true });
    const file = join(dir, 'releases', id, 'release.json');
    writeFileSync(file, JSON.stringify({ format: 1, id, applications: [] }));
    utimesSync(file, new Date('2020-01-01'), new Date('2020-01-01'));
  }
  mkdirSync(join(dir, 'state'));
  const event = { at: '2026-11-21T01:02:03.000Z', run: 'r', event: 'activated', release: '0' };
  writeFileSync(join(dir, 'state/releases.jsonl'), `${JSON.stringify(event)}\n`);
  dependencies = createDependencies({
    ...{ home: dir, cwd: dir, env: {}, codeRoot: checkout, entry: join(checkout, 'main.js') },
    ...{ command: 'tenantry release prune --keep 1 2', signal: new AbortController().signal, report: silentReport },
  });
});

afterEach(() => rmSync(dir, { recursive: true }));

const usesOf = async (id: string): Promise<string[]> =>
  (await whyRelease(dependencies, id)).data.uses.map(({ text }) => text);

describe('the uses of a release', () => {
  it('are none by a number on the command line, be it that of prune itself', async () => {
    await withLock(deployLock(dependencies), async ({ token }) => {
      const hook = { ...dependencies, env: { TENANTRY_LOCK_TOKENS: token } };
      const { data } = await pruneReleases(hook, { keep: 1, plan: false });
      expect([data.removed, data.kept]).toEqual([['1', '2'], []]);
    });
  });

  it('are those of a deploy that has its lock, and has not looked at the tenants yet', async () => {
    const held = 'holds the lock deploy for it';
    await withLock(deployLock(dependencies, '2'), async () => {
      expect([await usesOf('1'), await usesOf('2')]).toEqual([[], [expect.stringContaining(held)]]);
      const { text } = await pruneReleases(dependencies, { keep: 1, plan: true });
      expect(text).toMatch(/^Would remove release 1\.\nKept 2: .* holds the lock deploy for it\.$/);
    });
    expect(await usesOf('2')).toEqual([]);
  });

  it('are known from the lock of a command that is about to pin a tenant', async () => {
    const seen: (readonly string[])[][] = [];
    const change = (): string => {
      seen.push(showLocks(dependencies).map(({ releases }) => releases));
      return 'release: "2"\n';
    };
    const work = { plan: false, noRestart: true, event: 'release pinned', details: {}, change, undo: () => undefined };
    await changeOverlay(dependencies, parseTenantName('acme'), work).catch(() => {});
    expect(seen).toEqual([[], [['2']]]);
  });
});
