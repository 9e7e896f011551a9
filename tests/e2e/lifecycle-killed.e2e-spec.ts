import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectServer } from '#libs/database';
import { openHome, serverAddress } from '#libs/settings';
import { type Attempt, runRunner } from '../support/run-runner.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

describe('a verb of the life cycle that is killed at each of its steps', () => {
  let home: TestHome;

  beforeAll(async () => {
    home = await makeTestHome('life killed');
    await home.done('tenant', 'create', 'acme');
    // Outside of its folder: one more thing that has to go along.
    await home.done('settings', 'set', 'acme', 'media.root', 'files/acme');
    mkdirSync(join(home.dir, 'files'));
    renameSync(join(home.dir, 'tenants/acme/media'), join(home.dir, 'files/acme'));
    writeFileSync(join(home.dir, 'files/acme/public/logo.svg'), '<svg/>');
  }, 120_000);

  afterAll(() => home?.remove(), 60_000);

  const passedFile = (label: string): string => join(home.dir, `passed-${label}`);

  const attempt = (verb: string, tenant: string, label: string, places = 'ends'): Promise<Attempt> =>
    runRunner('lifecycle-runner', { home: home.dir }, verb, tenant, passedFile(label), places);

  /** The same command again and again. Answers how often it was killed. */
  async function untilDone(verb: string, tenant: string): Promise<number> {
    for (let kills = 0; kills < 40; kills += 1) {
      const { code, signal, output } = await attempt(verb, tenant, verb);
      if (signal === 'SIGKILL') continue;
      expect([code, output]).toEqual([0, expect.any(String)]);
      return kills;
    }
    throw new Error(`${verb} is not done after 40 attempts`);
  }

  /** What the server has of tenants, living or in the trash. */
  async function onServer(): Promise<string[]> {
    const admin = await connectServer(serverAddress(openHome(home.dir, {}), 'main'));
    const { rows } = await admin.query<{ what: string }>(
      `SELECT 'database ' || datname AS what FROM pg_database WHERE datname ~ '^(tenant|trash)_'
       UNION ALL SELECT 'role ' || rolname || CASE WHEN rolcanlogin THEN '' ELSE ' (no login)' END
         FROM pg_roles WHERE rolname ~ '^(tenant|trash)_' ORDER BY 1`,
    );
    await admin.end();
    return rows.map(({ what }) => what.replace(/trash_\d+_\d+_[0-9a-f]+/, 'trash_RUN'));
  }

  const whole = (name: string): string[] => [
    `database tenant_${name}`,
    `role tenant_${name}`,
    `role tenant_${name}_owner`,
  ];
  const unfinished = (): string[] => readdirSync(join(home.dir, 'state/lifecycle'));
  const logo = (): string => readFileSync(join(home.dir, 'files/acme/public/logo.svg'), 'utf8');

  it('deletes', async () => {
    expect(await untilDone('delete', 'acme')).toBe(5);
    expect(await onServer()).toEqual([
      ...['database trash_RUN', 'role trash_RUN (no login)', 'role trash_RUN_owner (no login)'],
    ]);
    expect([existsSync(join(home.dir, 'files/acme')), unfinished()]).toEqual([false, []]);
    const listed = await home.done('tenant', 'list', '--deleted', '--json');
    expect(listed.json()).toMatchObject({ tenants: [{ name: 'acme' }] });
  }, 60_000);

  it('undeletes', async () => {
    expect(await untilDone('undelete', 'acme')).toBe(4);
    expect([await onServer(), unfinished(), logo()]).toEqual([whole('acme'), [], '<svg/>']);
    expect(readdirSync(join(home.dir, 'tenants/_trash'))).toEqual([]);
    await home.done('start', '--tenant', 'acme');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  }, 60_000);

  it('renames', async () => {
    expect(await untilDone('rename', 'acme')).toBe(7);
    expect([await onServer(), unfinished(), logo()]).toEqual([whole('acme_two'), [], '<svg/>']);
    await home.done('start', '--tenant', 'acme-two');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    await home.done('stop', '--tenant', 'acme-two');
    await home.done('tenant', 'rename', 'acme-two', 'acme');
    expect(await onServer()).toEqual(whole('acme'));
  }, 90_000);

  it('is taken back wherever it was cut off', async () => {
    for (let place = 0; place < 40; place += 1) {
      const { signal } = await attempt('rename', 'acme', 'undone', 'all');
      if (signal === null) break;
      if (place === 0) await expectRefused();
      const ended = await untilRecovered();
      expect([ended.code, ended.output]).toEqual([0, expect.stringContaining('taken back')]);
      expect([await onServer(), unfinished(), logo()]).toEqual([whole('acme'), [], '<svg/>']);
    }
    await home.done('tenant', 'rename', 'acme-two', 'acme');
  }, 120_000);

  async function expectRefused(): Promise<void> {
    const { code, stderr } = await home.run('start', '--tenant', 'acme');
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/cut off, at its step "stop".*recover acme --undo/s),
    ]);
  }

  /** Killed on the way back as well, once at each place. */
  async function untilRecovered(): Promise<Attempt> {
    for (let round = 0; round < 40; round += 1) {
      const ended = await attempt('recover', 'acme', 'undoing');
      if (ended.signal === null) return ended;
    }
    throw new Error('not taken back after 40 attempts');
  }

  it('purges', async () => {
    await home.done('tenant', 'delete', 'acme', '--confirm', 'acme');
    expect(await untilDone('purge', 'acme')).toBe(3);
    expect([await onServer(), unfinished()]).toEqual([[], []]);
    expect(readdirSync(join(home.dir, 'files'))).toEqual([]);
    expect((await home.run('tenant', 'purge', 'acme', '--confirm', 'acme')).code).toBe(2);
  }, 60_000);
});
