import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Attempt, runRunner } from '../support/run-runner.js';
import { type DeployHome, makeDeployHome } from '../support/deploy-home.js';
import { addedName } from '../support/runnable-release.js';

describe('a deploy that is killed at each of its steps', () => {
  let home: DeployHome;

  beforeAll(async () => {
    const tenants = { acme: 'canary', cyan: 'main' };
    home = await makeDeployHome({ label: 'killed', tenants, stopped: ['cyan'] });
    const added = { number: 1, up: 'ALTER TABLE pages ADD COLUMN mood text' };
    const taken = { number: 2, up: 'ALTER TABLE pages DROP COLUMN mood', kind: 'contract' as const };
    const back = 'ALTER TABLE pages ADD COLUMN mood text';
    await home.release('1.1.0', { migrations: [added, { ...taken, down: back }] });
  }, 300_000);

  afterAll(() => home?.remove(), 60_000);

  const attempt = (verb: string, release: string, env?: Record<string, string>): Promise<Attempt> =>
    runRunner(
      'deploy-runner',
      { home: home.dir, ...(env && { env }) },
      verb,
      release,
      join(home.dir, `passed-${verb}`),
    );

  const passed = (verb: string): string[] =>
    readFileSync(join(home.dir, `passed-${verb}`), 'utf8')
      .trim()
      .split('\n');
  const isUnfinished = (): boolean =>
    readdirSync(join(home.dir, 'state/deploys')).some((name) =>
      readFileSync(join(home.dir, 'state/deploys', name), 'utf8').includes('"state": "running"'),
    );

  /** Until it is done: by turns by the command as it was typed, and by `deploy resume`. */
  async function untilDone(verb: string, release: string, env?: Record<string, string>): Promise<Attempt> {
    for (let round = 0; round < 80; round += 1) {
      const next = round % 2 === 1 && isUnfinished() ? 'resume' : release;
      const ended = await attempt(verb, next, env);
      expect(existsSync(join(home.dir, 'current', 'release.json'))).toBe(true);
      const { status } = await home.get('acme.localhost', '/');
      expect([passed(verb).at(-1), status]).toEqual([passed(verb).at(-1), 200]);
      if (ended.signal === null) return ended;
    }
    throw new Error(`not done after ${passed(verb).join(', ')}`);
  }

  it('leaves current on a release that runs, and is finished by what comes next', async () => {
    const { code, output } = await untilDone('deploy', '1.1.0');
    expect([code, output]).toEqual([0, expect.stringContaining('is done')]);
    expect(await home.releases()).toEqual({ acme: '1.1.0', cyan: null });
    expect(passed('deploy')).toEqual(
      expect.arrayContaining(['locked', 'pre-deploy', 'migrate', 'flip', 'flipped', 'roll', 'done']),
    );
    const migrated = await home.done('migrate', 'status', '--all', '--json');
    expect(migrated.stdout.split(addedName(2)).length - 1).toBe(2);
    expect(readdirSync(join(home.dir, 'run/locks'))).not.toContain('deploy.lock');
    expect(readdirSync(home.dir).filter((name) => name.startsWith('current'))).toEqual(['current']);
  }, 300_000);

  it('can be gone back from, killed on the way as well', async () => {
    // What differs from the way there.
    const known = [
      'locked',
      'pre-deploy',
      'post-flip',
      'roll',
      'acme let go',
      'cyan turning',
      'cyan let go',
      'post-deploy',
    ];
    writeFileSync(join(home.dir, 'passed-rollback'), `${known.join('\n')}\n`);
    const down = { DOWN: 'acme,cyan' };
    const { code, output } = await untilDone('rollback', '1.0.0', down);
    expect([code, output]).toEqual([0, expect.stringContaining('is done')]);
    expect([home.current(), await home.releases()]).toEqual(['1.0.0', { acme: '1.0.0', cyan: null }]);
    const events = readFileSync(join(home.dir, 'state/releases.jsonl'), 'utf8').trim().split('\n');
    const told = events.map((line) => JSON.parse(line) as { event: string; release: string });
    expect(told.map(({ event, release }) => `${event} ${release}`)).toEqual([
      ...['activated 1.0.0', 'activated 1.1.0', 'good 1.1.0', 'rolled back 1.0.0'],
      'good 1.0.0',
    ]);
  }, 300_000);
});
