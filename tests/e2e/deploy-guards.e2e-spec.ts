import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode } from '../support/command-line.js';
import { type DeployHome, makeDeployHome } from '../support/deploy-home.js';
import { visitReleases } from '../support/release-visitors.js';
import { addedName } from '../support/runnable-release.js';

const expand = { number: 1, up: 'ALTER TABLE pages ADD COLUMN mood text' };
const contract = {
  ...{ number: 2, kind: 'contract' as const },
  up: 'ALTER TABLE pages DROP COLUMN mood',
  down: 'ALTER TABLE pages ADD COLUMN mood text',
};

describe('a deploy', () => {
  let home: DeployHome;
  const at = (path: string): string => home.at(path);

  beforeAll(async () => {
    home = await makeDeployHome({ label: 'guards', tenants: { acme: 'canary', blue: 'main' } });
    await home.release('1.1.0', { migrations: [expand] });
  }, 120_000);

  afterAll(() => home?.remove(), 60_000);

  it('is refused where a migration would keep visitors waiting, unless that is accepted', async () => {
    await home.release('1.0.1', {
      migrations: [{ number: 1, up: 'CREATE INDEX pages_mood ON pages (title)' }],
    });
    const refused = await home.run('deploy', '--release', '1.0.1');
    expect([refused.code, refused.stdout]).toEqual([
      4,
      expect.stringContaining(`lint: ${addedName(1)}: index-not-concurrent`),
    ]);
    const looked = await home.run('deploy', '--release', '1.0.1', '--only-preflight', '--accept', 'lint');
    expect([looked.code, home.current()]).toEqual([0, '1.0.0']);
  }, 60_000);

  it('stops at a hook that fails, having told it what it does', async () => {
    home.hook(
      'pre-deploy',
      'echo "$TENANTRY_VERB $TENANTRY_RELEASE after $TENANTRY_FROM" >hooks/told\necho not on Fridays\nexit 7',
    );
    home.hook('deploy-failed', 'echo "$TENANTRY_ERROR" >hooks/failed');
    const stopped = await home.run('deploy', '--release', '1.1.0');
    expect([stopped.code, home.current()]).toEqual([1, '1.0.0']);
    expect(stopped.stdout).toContain('stopped at pre-deploy: hooks/pre-deploy: exit 7: not on Fridays');
    expect(readFileSync(at('hooks/told'), 'utf8')).toBe('deploy 1.1.0 after 1.0.0\n');
    expect(readFileSync(at('hooks/failed'), 'utf8')).toContain('not on Fridays');
  }, 60_000);

  it('keeps a second one out, and names itself to it', async () => {
    home.hook('pre-deploy', 'touch hooks/begun; while [ ! -e hooks/go ]; do sleep 0.1; done');
    const first = home.run('deploy', '--release', '1.1.0');
    while (!existsSync(at('hooks/begun'))) await sleep(50);
    const second = await home.run('rollback', '1.0.0');
    writeFileSync(at('hooks/go'), '');
    rmSync(at('hooks/pre-deploy'));
    expect([second.code, second.stderr]).toEqual([
      75,
      expect.stringMatching(/deploy: locked by "tenantry deploy --release 1\.1\.0" \(process \d+ on /),
    ]);
    expect((await first).code).toBe(0);
    expect(await home.releases()).toEqual({ acme: '1.1.0', blue: '1.1.0' });
  }, 60_000);

  it('turns current back when its very first tenant fails', async () => {
    await home.release('1.1.1', { migrations: [expand], boot: 'process.exit(1);' });
    const stopped = await home.run('deploy', '--release', '1.1.1', '--wave', '2');
    expect([stopped.code, stopped.stdout]).toEqual([1, expect.stringContaining('current is 1.1.0.')]);
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', { acme: '1.1.0', blue: '1.1.0' }]);
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  }, 60_000);

  it('puts a canary that fails back where it was, held there when it was', async () => {
    const heldOn = (release: string): void => {
      mkdirSync(at('state/held'), { recursive: true });
      writeFileSync(
        at('state/held/blue.json'),
        JSON.stringify({ release, run: 'earlier', why: 'it failed' }),
      );
    };
    heldOn('1.1.0');
    const failed = await home.run('deploy', '--release', '1.1.1', '--canary', 'blue');
    expect([failed.code, failed.stdout]).toEqual([
      1,
      expect.stringContaining('stopped at canary: blue: the process'),
    ]);
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', { acme: '1.1.0', blue: '1.1.0' }]);
    expect(readFileSync(at('state/held/blue.json'), 'utf8')).toContain('"run":"earlier"');
  }, 60_000);

  it('leaves a tenant stopped that somebody stops while it is at work', async () => {
    await home.release('1.1.2', { migrations: [expand] });
    home.hook('post-flip', `"${pinnedNode}" "${entry}" stop --tenant blue`);
    const { stdout } = await home.done('deploy', '--release', '1.1.2');
    rmSync(at('hooks/post-flip'));
    expect(stdout).toContain('blue: do not run; they take it at their next start');
    expect(await home.releases()).toEqual({ acme: '1.1.2', blue: null });
    expect(existsSync(at('state/held/blue.json'))).toBe(false);
  }, 60_000);

  it('goes round a tenant whose settings are wrong already, says so, and takes it along later', async () => {
    await home.done('start', '--tenant', 'blue');
    const overlay = readFileSync(at('tenants/blue/settings.yaml'), 'utf8');
    writeFileSync(at('tenants/blue/settings.yaml'), `${overlay}sitee: {}\n`);
    const around = await home.run('deploy', '--release', '1.1.0');
    expect([around.code, around.stdout]).toEqual([
      3,
      expect.stringContaining('blue: left as they are: their settings'),
    ]);
    expect(around.stderr).toMatch(/blue: tenants\/blue\/settings\.yaml:\d+: sitee: /);
    writeFileSync(at('tenants/blue/settings.yaml'), overlay);
    expect(await home.releases()).toEqual({ acme: '1.1.0', blue: '1.1.2' });
    await home.done('deploy', '--release', '1.1.0');
    expect(await home.releases()).toEqual({ acme: '1.1.0', blue: '1.1.0' });
  }, 60_000);

  it('loses no request, forth and back, and a rollback crosses a contraction only as it is told to', async () => {
    await home.release('1.2.0', { migrations: [expand, contract] });
    const visitors = visitReleases(home.port, ['acme.localhost', 'blue.localhost']);
    try {
      await home.done('deploy', '--release', '1.2.0');
      const refused = await home.run('rollback', '1.1.0');
      expect([refused.code, refused.stdout]).toEqual([
        4,
        expect.stringMatching(
          /acme: .*took away what release 1\.1\.0 may use\. Take it back with --down acme, or/,
        ),
      ]);
      expect(home.current()).toBe('1.2.0');
      await home.done('rollback', '1.1.0', '--down', 'acme', '--stay', 'blue');
    } finally {
      const { answered, failures } = await visitors.leave();
      expect([failures, answered > 20]).toEqual([{}, true]);
    }
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', { acme: '1.1.0', blue: '1.2.0' }]);
    const status = await home.done('migrate', 'status', '--all', '--json');
    const { tenants } = status.json<{ tenants: { head: string }[] }>();
    expect(tenants.map(({ head }) => head)).toEqual([addedName(1), addedName(2)]);
  }, 90_000);

  it('that is resumed migrates a tenant whose settings were mended meanwhile', async () => {
    await home.release('1.3.0', {
      migrations: [expand, contract, { number: 3, up: 'ALTER TABLE pages ADD COLUMN tone text' }],
    });
    const overlay = readFileSync(at('tenants/blue/settings.yaml'), 'utf8');
    writeFileSync(at('tenants/blue/settings.yaml'), `${overlay}sitee: {}\n`);
    home.hook('post-flip', 'exit 1');
    expect((await home.run('deploy', '--release', '1.3.0')).stdout).toContain('stopped at post-flip');
    writeFileSync(at('tenants/blue/settings.yaml'), overlay);
    rmSync(at('hooks/post-flip'));
    await home.done('deploy', 'resume');
    expect(await home.releases()).toEqual({ acme: '1.3.0', blue: '1.3.0' });
  }, 60_000);
});
