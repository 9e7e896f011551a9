import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMany } from '#libs/operations';
import { listTenantNames, openHome, type TenantryError } from '#libs/settings';
import { killWhen } from '../support/killed-command.js';
import { operatorOf } from '../support/operator-of.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

interface Many {
  readonly run: string;
  readonly counts: object;
  readonly tenants: readonly { name: string; state: string; error: string | null; why?: string }[];
}

let home: TestHome;

beforeAll(async () => {
  home = await makeTestHome('many');
}, 60_000);

afterAll(() => home.remove(), 60_000);

const create = (...words: string[]) => home.run('tenant', 'create', '--from', 'tenants.csv', ...words);

function list(...lines: string[]): void {
  writeFileSync(join(home.dir, 'tenants.csv'), `${lines.join('\n')}\n`);
}

interface Shown {
  readonly id: string;
  readonly state: string;
}

async function shown(run: string): Promise<Shown> {
  return (await home.done('runs', 'show', run, '--json')).json<{ run: Shown }>().run;
}

const names = (): string[] => listTenantNames(openHome(home.dir, {}).paths);

describe('tenant create --from', () => {
  it('names every bad row with line and column before anything is created', async () => {
    list(
      'name,hosts,site.title,upload.limit,admin',
      'acme,acme.localhost,Acme,5MB,',
      'Zed,zed.localhost,,,',
      'lib,http://lib,Library,5MB,',
      'one,one.localhost acme.localhost,,lots,nobody',
      'acme,other.localhost,"Acme, again",,',
      'two,two.localhost,,,,,',
      'three,acme.localhost,,,',
    );
    const refused = await create('--parallel', '3');
    expect(refused.code).toBe(2);
    const lines = refused.stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/(expected|found|is also|stands|has) .*/, '$1'))).toEqual([
      '✖ tenants.csv:3: name: tenant name: expected',
      '✖ tenants.csv:4: hosts.0: expected',
      '✖ tenants.csv:5: admin: expected',
      '✖ tenants.csv:5: upload.limit: expected',
      '✖ tenants.csv:6: name: "acme" stands',
      '✖ tenants.csv:7: has',
      '✖ tenants.csv:8: hosts: host "acme.localhost" is also',
      'tenants.csv: 7 things are wrong in it. Nothing was created. Mend the file, then run the command again.',
    ]);
    expect(names()).toEqual([]);
  });

  it.each([
    [['nam,hosts', 'acme,a.localhost'], 'tenants.csv:1: expected a column "name", found nam, hosts.'],
    [['name,name', 'acme,a'], 'tenants.csv:1: column "name" is there twice.'],
    [
      ['name,site.titel', 'acme,A'],
      'tenants.csv:1: site.titel: settings key site.titel: there is no such key. Did you mean "site.title"?',
    ],
    [
      ['name,database.ownerPassword', 'acme,A'],
      'tenants.csv:1: database.ownerPassword: settings key database.ownerPassword: is a secret',
    ],
    [['name,hosts', 'acme,"a.localhost'], 'tenants.csv:2: Quote Not Closed'],
  ])('refuses %j', async (lines, message) => {
    list(...lines);
    const request = { from: 'tenants.csv', cwd: home.dir, parallel: undefined, keep: false, plan: false };
    const refused: unknown = await createMany(operatorOf(home.dir), request).catch((error: unknown) => error);
    const { exitCode, message: said, hint = '' } = refused as TenantryError;
    expect([exitCode, `${said} ${hint}`]).toEqual([2, expect.stringContaining(message)]);
    expect(names()).toEqual([]);
  });

  it('is told which tenants by the file alone', async () => {
    expect((await create('--host', 'a.localhost')).code).toBe(2);
    expect((await home.run('tenant', 'create', 'acme', '--from', 'tenants.csv')).code).toBe(2);
    expect((await home.run('tenant', 'create', 'acme', '--parallel', '2')).code).toBe(2);
    expect((await home.run('tenant', 'create', '--from', 'nowhere.csv')).code).toBe(2);
  });

  it('creates those that are listed, and skips them the next time', async () => {
    list(
      'name,hosts,site.title,upload.limit,admin',
      'acme,acme.localhost;.acme.example.test,"Acme, Inc.",5MB,boss@acme.test',
      'lib,lib.localhost,,,',
      'zed,,Zed,,',
    );
    const planned = await create('--plan');
    expect([planned.code, planned.stdout]).toEqual([0, 'Would create 3: acme, lib, zed.\n']);
    expect(names()).toEqual([]);
    const created = await create('--parallel', '2', '--json');
    expect([created.code, created.json<Many>().counts]).toEqual([
      0,
      { done: 3, failed: 0, skipped: 0, notReached: 0 },
    ]);
    expect(names()).toEqual(['acme', 'lib', 'zed']);
    const overlay = readFileSync(join(home.dir, 'tenants/acme/settings.yaml'), 'utf8');
    expect(overlay).toContain(
      'hosts:\n  - acme.localhost\n  - .acme.example.test\nsite:\n  title: Acme, Inc.\nupload:\n  limit: 5MB\n',
    );
    expect(readFileSync(join(home.dir, 'tenants/acme/first-admin.yaml'), 'utf8')).toContain(
      'email: boss@acme.test',
    );
    list('name', 'acme', 'lib', 'new-one');
    const again = await create();
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/^Run \S+: 1 created, 0 failed, 2 existed already\.\n$/),
    ]);
  }, 60_000);

  it('stops for none that fails: exit 3, nothing of it is left, and the next run makes it', async () => {
    list('name', 'bad', 'good');
    // A folder that is somebody else's: the media root cannot be claimed.
    const stray = join(home.dir, 'tenants/bad/media');
    mkdirSync(stray, { recursive: true });
    writeFileSync(join(stray, 'letter.txt'), 'dear');
    const created = await create('--json');
    expect(created.code).toBe(3);
    const { run, tenants } = created.json<Many>();
    expect(tenants.map(({ name, state }) => [name, state])).toEqual([
      ['bad', 'failed'],
      ['good', 'done'],
    ]);
    expect(await shown(run)).toMatchObject({
      ...{ state: 'failed', counts: { done: 1, failed: 1, skipped: 0, notReached: 0 } },
      next: ['tenantry tenant create --from tenants.csv --json'],
    });
    const refused = await home.run('migrate', 'retry-failed', run);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('Run `tenantry tenant create --from tenants.csv --json` again'),
    ]);
    rmSync(stray, { recursive: true });
    const again = await create('--json');
    expect([again.code, again.json<Many>().tenants.map(({ state }) => state)]).toEqual([
      0,
      ['done', 'skipped'],
    ]);
  }, 60_000);

  it('killed in the middle, makes the rest as the file says when it is run again', async () => {
    list('name,site.title', ...['k1', 'k2', 'k3', 'k4'].map((name) => `${name},Title of ${name}`));
    const isDue = (): boolean => existsSync(join(home.dir, 'tenants/k2/media'));
    expect(
      await killWhen({ home: home.dir, words: ['tenant', 'create', '--from', 'tenants.csv'], isDue }),
    ).toBe(true);
    const again = await create('--json');
    expect([again.code, again.code === 0 ? '' : again.stderr]).toEqual([0, '']);
    const [last, killed] = (await home.done('runs', 'list', '--json')).json<{ runs: Shown[] }>().runs;
    expect(last).toMatchObject({ id: again.json<Many>().run, state: 'done' });
    expect(killed).toMatchObject({ state: 'interrupted', tenants: { failed: 0, skipped: 0 } });
    expect((await home.run('migrate', 'resume', killed?.id ?? '')).code).toBe(2);
    // What it left is made by now, and it keeps no release.
    expect((await home.run('doctor')).stdout).not.toContain(killed?.id);
    for (const name of ['k1', 'k2', 'k3', 'k4']) {
      const overlay = readFileSync(join(home.dir, 'tenants', name, 'settings.yaml'), 'utf8');
      expect(overlay).toContain(`title: Title of ${name}`);
    }
  }, 60_000);
});

describe('tenant create --keep', () => {
  const intent = (name: string): string => join(home.dir, 'state/creating', `${name}.json`);

  it('leaves what was made, and goes on with it', async () => {
    const stray = join(home.dir, 'tenants/kept/media');
    mkdirSync(stray, { recursive: true });
    writeFileSync(join(stray, 'letter.txt'), 'dear');
    const failed = await home.run('tenant', 'create', 'kept', '--keep');
    expect([failed.code, failed.stderr]).toEqual([
      expect.any(Number),
      expect.stringContaining(
        '! kept: what was made is kept. `tenantry tenant create kept` goes on with it.',
      ),
    ]);
    const { identity } = JSON.parse(readFileSync(intent('kept'), 'utf8')) as { identity: { id: string } };
    // Not a tenant yet: nobody can start it.
    expect((await home.run('start', 'kept')).code).toBe(78);
    rmSync(stray, { recursive: true });
    const made = await home.done('tenant', 'create', 'kept');
    expect(made.stderr).toContain('· kept: going on with what was kept');
    expect(readFileSync(join(home.dir, 'tenants/kept/media/.tenant'), 'utf8')).toContain(identity.id);
    expect(existsSync(intent('kept'))).toBe(false);
    expect((await home.run('migrate', 'status', 'kept')).code).toBe(0);
  }, 60_000);

  const stages: [string, (name: string) => boolean][] = [
    ['the database is begun', (name) => has(name, '"database"')],
    ['the application is set up', (name) => has(name, '"setUp"')],
    ['the passwords are there', (name) => existsSync(join(home.dir, 'tenants', name, 'secrets.yaml'))],
  ];

  function has(name: string, word: string): boolean {
    return existsSync(intent(name)) && readFileSync(intent(name), 'utf8').includes(word);
  }

  it.each(stages)(
    'killed when %s, is gone on with, and its first admin is made once',
    async (stage, isThere) => {
      const name = `st-${stages.findIndex(([each]) => each === stage)}`;
      const words = ['tenant', 'create', name, '--keep'];
      await killWhen({ home: home.dir, words, isDue: () => isThere(name) });
      const again = await home.run('tenant', 'create', name);
      // Killed right behind its last step, it is there.
      expect(again.code === 4 ? again.stderr : again.code).toEqual(
        again.code === 4 ? expect.stringContaining('exists already') : 0,
      );
      const password = readFileSync(join(home.dir, 'tenants', name, 'first-admin.yaml'), 'utf8');
      expect(password).toMatch(/^password: \S+$/m);
    },
    60_000,
  );
});

describe('the databases of all of them', () => {
  it('are as their release makes them, wherever a command was killed', async () => {
    const { tenants } = (await home.done('migrate', 'drift', '--all', '--json')).json<{
      tenants: { name: string; state: string }[];
    }>();
    expect(tenants.map(({ name, state }) => [name, state])).toEqual(names().map((name) => [name, 'same']));
    expect(tenants.length).toBeGreaterThan(10);
  }, 60_000);
});
