import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode } from '../support/command-line.js';
import { type DeployHome, makeDeployHome } from '../support/deploy-home.js';
import { addedName } from '../support/runnable-release.js';

const expand = { number: 1, up: 'ALTER TABLE pages ADD COLUMN mood text' };

/** What else goes on while a deploy is at work. */
describe('a deploy', () => {
  let home: DeployHome;
  const at = (path: string): string => home.at(path);
  const command = `"${pinnedNode}" "${entry}"`;

  beforeAll(async () => {
    home = await makeDeployHome({
      ...{ label: 'meanwhile', tenants: { acme: 'main' } },
      first: { describe: slowSetUp },
    });
    await home.release('1.1.0', { migrations: [expand] });
  }, 120_000);

  afterAll(() => home?.remove(), 60_000);

  async function heads(): Promise<Record<string, string>> {
    const status = await home.done('migrate', 'status', '--all', '--json');
    const { tenants } = status.json<{ tenants: { name: string; head: string }[] }>();
    return Object.fromEntries(tenants.map(({ name, head }) => [name, head]));
  }

  const appears = async (path: string): Promise<void> => {
    while (!existsSync(at(path))) await sleep(20);
  };

  it('brings along who is created while it is at work, and who is created until after it', async () => {
    // Of the release that is current when the creation begins: it waits between the schema and the first admin.
    writeFileSync(at('wait-for-slow'), '');
    const creating = home.run('tenant', 'create', 'slow');
    await appears('slow-begun');
    home.hook('pre-deploy', `${command} tenant create blue && ${command} start blue`);
    home.hook('post-flip', `${command} tenant create cyan`);
    const deployed = await home.done('deploy', '--release', '1.1.0');
    rmSync(at('hooks'), { recursive: true });
    expect(deployed.stdout).toContain('acme, blue: run it');
    rmSync(at('wait-for-slow'));
    const created = await creating;
    expect([created.code, created.stderr]).toEqual([
      0,
      expect.stringContaining('current has turned to 1.1.0'),
    ]);
    expect(await heads()).toEqual({
      ...{ acme: addedName(1), blue: addedName(1), cyan: addedName(1), slow: addedName(1) },
    });
    await home.done('start', 'slow');
    expect(await home.releases()).toEqual({ acme: '1.1.0', blue: '1.1.0', cyan: null, slow: '1.1.0' });
  }, 90_000);

  it('that is refused when it is resumed names its run and what goes on, and takes other options then', async () => {
    await home.release('1.2.0', { migrations: [expand] });
    home.hook('pre-deploy', 'exit 1');
    const stopped = await home.run('deploy', '--release', '1.2.0', '--json');
    const { run } = stopped.json<{ run: string }>();
    // What preflight finds of a release that was tampered with may be accepted.
    writeFileSync(at('releases/1.2.0/extra.txt'), '');
    rmSync(at('hooks'), { recursive: true });
    const refused = await home.run('deploy', 'resume');
    expect([refused.code, refused.stdout]).toEqual([4, expect.stringContaining('release: ')]);
    expect(refused.stdout).toContain(
      `Run ${run} is still stopped at pre-deploy. Nothing more was changed; current is 1.1.0.\n` +
        `To go on, run: tenantry deploy resume ${run}`,
    );
    expect((await home.run('deploy', 'resume', '--json')).json()).toMatchObject({
      ...{ run, state: 'stopped', next: [`tenantry deploy resume ${run}`] },
    });
    const unknown = await home.run('deploy', 'resume', '--accept', 'realease');
    expect([unknown.code, home.current()]).toEqual([2, '1.1.0']);
    const { stderr } = await home.done('deploy', 'resume', run, '--wave', '3', '--accept', 'release');
    expect([stderr, home.current()]).toEqual([expect.stringContaining('release: '), '1.2.0']);
    const journal = readFileSync(at(`state/deploys/${run}.json`), 'utf8');
    expect(JSON.parse(journal)).toMatchObject({ options: { wave: { value: 3 }, accept: ['release'] } });
  }, 90_000);

  it('that is interrupted brings to its end what it has begun, says how things are, and can be resumed', async () => {
    await home.release('1.3.0', { migrations: [expand] });
    home.hook('post-flip', 'touch begun; while [ ! -e go ]; do sleep 0.1; done');
    const child = spawn(pinnedNode, [entry, 'deploy', '--release', '1.3.0'], {
      ...{ cwd: home.dir, stdio: ['ignore', 'pipe', 'pipe'] },
      env: { PATH: process.env['PATH'], TENANTRY_HOME: home.dir, NODE_ENV: 'production' },
    });
    const [out, err, ended] = [text(child.stdout), text(child.stderr), once(child, 'close')];
    await appears('begun');
    child.kill('SIGINT');
    await sleep(200);
    writeFileSync(at('go'), '');
    expect(await ended).toEqual([130, null]);
    expect(await err).toContain('interrupted: what has begun is brought to its end');
    expect(await out).toMatch(/^Run \S+: stopped at post-flip: interrupted\.\n/);
    expect(await out).toContain('acme, blue, cyan, slow: not reached');
    expect([home.current(), await out]).toEqual([
      '1.3.0',
      expect.stringContaining('tenantry rollback 1.2.0'),
    ]);
    const [, resume = ''] = /To go on, run: tenantry (.+)/.exec(await out) ?? [];
    await home.done(...resume.split(' '));
    expect(await home.releases()).toEqual({ acme: '1.3.0', blue: '1.3.0', cyan: null, slow: '1.3.0' });
  }, 90_000);

  it('leaves those behind that came and cannot live with the release, on what they were made for', async () => {
    const contract = {
      ...{ number: 2, kind: 'contract' as const, up: 'ALTER TABLE pages DROP COLUMN mood' },
      down: 'ALTER TABLE pages ADD COLUMN mood text',
    };
    await home.release('1.4.0', { migrations: [expand, contract] });
    await home.done('deploy', '--release', '1.4.0', '--wave', '4');
    const broken = `${command} tenant create dusk && echo 'sitee: {}' >>tenants/dusk/settings.yaml`;
    home.hook('pre-deploy', `${command} tenant create ebon && ${broken}`);
    const down = ['--down', 'acme,blue,cyan,slow'];
    const ended = await home.run('rollback', '1.3.0', '--wave', '4', ...down, '--json');
    rmSync(at('hooks'), { recursive: true });
    const { tenants } = ended.json<{ tenants: { name: string; state: string; error: string | null }[] }>();
    expect([ended.code, home.current()]).toEqual([3, '1.3.0']);
    expect(tenants).toMatchObject([
      ...[{ name: 'acme' }, { name: 'blue' }, { name: 'cyan' }],
      { name: 'dusk', state: 'broken', error: expect.stringContaining('sitee') },
      { name: 'ebon', state: 'failed', error: expect.stringContaining(`${addedName(2)} took away`) },
      { name: 'slow', state: 'done' },
    ]);
    await home.done('start', 'ebon');
    expect(await home.releases()).toMatchObject({ acme: '1.3.0', ebon: '1.4.0', slow: '1.3.0' });
  }, 120_000);
});

/** One creation waits for a file to go away. */
const slowSetUp = `
const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs');
const [begun, wait] = ['slow-begun', 'wait-for-slow'].map((name) => process.env.TENANTRY_HOME + '/' + name);
const setUp = application.setUp;
application.setUp = async (input) => {
  if (existsSync(wait) && !existsSync(begun)) {
    writeFileSync(begun, '');
    while (existsSync(wait)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await setUp?.(input);
};
`;
