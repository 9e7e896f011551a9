import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDeployHome, type DeployHome } from '../support/deploy-home.js';
import { addedName } from '../support/runnable-release.js';

interface Report {
  readonly run: string;
  readonly state: string;
  readonly current: string;
  readonly tenants: readonly { name: string; state: string }[];
  readonly next: readonly string[];
}

/** A section of settings whose one key has this schema. */
const billing = (plan: string): string =>
  `{ key: 'billing', schema: z.strictObject({ plan: ${plan}.default('silver').describe('Plan.') }).prefault({}) }`;

describe('a deploy', () => {
  let home: DeployHome;

  beforeAll(async () => {
    const tenants = { acme: 'canary', blue: 'main', cyan: 'rest', dusk: 'rest' };
    home = await makeDeployHome({ label: 'deploy', tenants, stopped: ['dusk'] });
  }, 120_000);

  afterAll(() => home?.remove(), 60_000);

  const on = (running: string) => ({ acme: running, blue: running, cyan: running, dusk: null });

  it('says what it would do, and does nothing', async () => {
    await home.release('1.1.0', {
      sections: billing('z.string()'),
      migrations: [
        {
          number: 1,
          up: 'ALTER TABLE pages ADD COLUMN mood text',
          down: 'ALTER TABLE pages DROP COLUMN mood',
        },
      ],
    });
    const { stdout } = await home.done('deploy', '--release', '1.1.0', '--plan');
    expect(stdout).toContain(`acme: apply ${addedName(1)}`);
    expect(stdout).toContain('turn current from 1.0.0 to 1.1.0');
    expect(stdout).toContain('ring canary: restart and prove acme');
    expect(stdout).toContain('dusk at the next start');
    const looked = await home.done('deploy', '--release', '1.1.0', '--only-preflight');
    expect(looked.stdout).toContain('Release 1.1.0 can be deployed: 4 tenants checked.');
    expect([home.current(), await home.releases()]).toEqual(['1.0.0', on('1.0.0')]);
  }, 60_000);

  it('migrates, turns current, and proves tenant by tenant; one that is stopped stays so', async () => {
    const ran = await home.done('deploy', '--release', '1.1.0', '--json');
    const report = ran.json<Report>();
    expect([report.state, report.current]).toEqual(['done', '1.1.0']);
    // So that the next customer does not wait for it.
    expect(ran.stderr).toContain('✔ template for tenants of release 1.1.0\n');
    expect(Object.fromEntries(report.tenants.map(({ name, state }) => [name, state]))).toEqual({
      ...{ acme: 'done', blue: 'done', cyan: 'done', dusk: 'asleep' },
    });
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', on('1.1.0')]);
    const { tenants } = (await home.done('migrate', 'status', '--all', '--json')).json<{
      tenants: { head: string }[];
    }>();
    expect(new Set(tenants.map(({ head }) => head))).toEqual(new Set([addedName(1)]));
    const timeline = readFileSync(join(home.dir, 'state/tenants/acme.jsonl'), 'utf8');
    expect(timeline).toContain(`"run":"${report.run}","event":"deployed"`);
  }, 60_000);

  it('stops before anything when a tenant cannot live with it', async () => {
    await home.release('1.2.0', { sections: billing("z.enum(['silver'])") });
    await home.done('settings', 'set', 'cyan', 'billing.plan', 'gold');
    const refused = await home.run('deploy', '--release', '1.2.0');
    expect(refused.code).toBe(4);
    expect(refused.stdout + refused.stderr).toMatch(
      /cyan: tenants\/cyan\/settings\.yaml:\d+: billing\.plan: .*"gold"/,
    );
    expect(refused.stdout).toContain('Nothing was changed; current is 1.1.0.');
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', on('1.1.0')]);
  }, 60_000);

  it('that fails in a later ring stops there, puts that tenant back, and goes on when it is mended', async () => {
    await home.release('1.3.0', {
      sections: billing('z.string()'),
      boot: `const { existsSync } = process.getBuiltinModule('node:fs');
if (process.env.TENANT === 'cyan' && !existsSync(process.env.TENANTRY_HOME + '/mended')) process.exit(1);`,
    });
    const stopped = await home.run('deploy', '--release', '1.3.0', '--json');
    expect(stopped.code).toBe(3);
    const report = stopped.json<Report>();
    expect(report.state).toBe('stopped');
    expect(report.next).toContain(`tenantry deploy resume ${report.run}`);
    expect(report.next).toContain('tenantry rollback 1.1.0');
    expect(home.current()).toBe('1.3.0');
    expect(await home.releases()).toEqual({ ...on('1.3.0'), cyan: '1.1.0' });
    expect((await home.get('cyan.localhost', '/')).status).toBe(200);
    // Also when it is started anew.
    await home.done('restart', '--tenant', 'cyan');
    expect(await home.releases()).toEqual({ ...on('1.3.0'), cyan: '1.1.0' });
    writeFileSync(join(home.dir, 'mended'), '');
    const resumed = await home.done('deploy', 'resume');
    expect(resumed.stdout).toContain('is done');
    expect(await home.releases()).toEqual(on('1.3.0'));
  }, 90_000);

  it('can be taken back', async () => {
    const asked = await home.run('rollback');
    expect(asked.code).toBe(4);
    expect(asked.stderr).toContain('tenantry rollback 1.1.0');
    await home.done('rollback', '1.1.0');
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', on('1.1.0')]);
  }, 60_000);

  it('with a canary waits until it is told to go on', async () => {
    const paused = (
      await home.done('deploy', '--release', '1.3.0', '--canary', 'acme', '--json')
    ).json<Report>();
    expect(paused.state).toBe('paused');
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', { ...on('1.1.0'), acme: '1.3.0' }]);
    await home.done('deploy', 'resume', paused.run);
    expect([home.current(), await home.releases()]).toEqual(['1.3.0', on('1.3.0')]);
  }, 60_000);

  it('builds the release first by the command line of another checkout, and says what that says', async () => {
    await home.release('2.0.0', { sections: billing('z.string()') });
    renameSync(home.at('releases/2.0.0'), home.at('built'));
    mkdirSync(home.at('checkout/scripts'), { recursive: true });
    writeFileSync(home.at('checkout/tsconfig.json'), '{}');
    const build = `if [ -e dirty ]; then echo 'has changes that are not committed.' >&2; exit 4; fi
echo "$@" >told
echo '· compiling web' >&2
mv ../built ../releases/2.0.0`;
    writeFileSync(home.at('checkout/scripts/tenantry'), `#!/bin/sh\n${build}\n`, { mode: 0o755 });
    writeFileSync(home.at('checkout/dirty'), '');
    const words = ['deploy', '--from', home.at('checkout'), '--id', '2.0.0'];
    const refused = await home.run(...words);
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('checkout: exit 4: has changes that are not committed.'),
    ]);
    rmSync(home.at('checkout/dirty'));
    const { stderr } = await home.done(...words);
    expect(readFileSync(home.at('checkout/told'), 'utf8')).toBe(
      `release build --home ${home.dir} --id 2.0.0\n`,
    );
    expect(stderr).toMatch(/^· building 2\.0\.0 from .*\n· compiling web\n· looking at release 2\.0\.0/);
    expect([home.current(), await home.releases()]).toEqual(['2.0.0', on('2.0.0')]);
    const again = await home.run(...words);
    expect([again.code, again.stderr]).toEqual([
      4,
      expect.stringContaining('tenantry deploy --release 2.0.0'),
    ]);
  }, 60_000);
});
