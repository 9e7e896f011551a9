import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type DeployHome, makeDeployHome } from '../support/deploy-home.js';
import { freePort } from '../support/test-home.js';

const asRoot = process.getuid?.() === 0 ? it : it.skip;
const hasSupervisord = spawnSync('supervisord', ['--version']).status === 0;
if (!hasSupervisord) console.warn('supervisord is missing: a deploy is not tried without it answering.');

/** What else than the release and the tenants has to be in order. */
describe('a deploy is refused before it changes anything', () => {
  let home: DeployHome;
  let hostSettings: string;

  beforeAll(async () => {
    home = await makeDeployHome({ label: 'places', tenants: { acme: 'main' } });
    hostSettings = readFileSync(home.at('tenantry.yaml'), 'utf8');
    await home.release('1.1.0');
  }, 120_000);

  afterEach(() => writeFileSync(home.at('tenantry.yaml'), hostSettings));
  afterAll(() => home?.remove(), 60_000);

  async function refusal(): Promise<string> {
    const refused = await home.run('deploy', '--release', '1.1.0');
    expect([refused.code, refused.stdout]).toEqual([
      4,
      expect.stringContaining('Nothing was changed; current is 1.0.0.'),
    ]);
    expect(home.current()).toBe('1.0.0');
    const [first = ''] = refused.stdout.split('\n');
    return first;
  }

  asRoot(
    'where the disk is nearly full (needs root, to mount a small disk)',
    async () => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', home.at('state')]);
      try {
        expect(await refusal()).toBe(
          `disk: ${home.at('state')}: expected 100 MB to be free at least, found 20 MB. ` +
            'Free some space, such as by `tenantry release prune`.',
        );
      } finally {
        execFileSync('umount', [home.at('state')]);
      }
    },
    60_000,
  );

  it('where a server has too few connections for old and new processes side by side', async () => {
    await home.done('settings', 'set', 'acme', 'database.pool.max', '200', '--no-restart');
    const refused = await refusal();
    await home.done('settings', 'unset', 'acme', 'database.pool.max', '--no-restart');
    expect(refused).toMatch(
      /^connections: server main: \d+ of its \d+ connections are open, and \d+ more may be while tenants restart\. Lower --wave or database\.pool\.max, or raise max_connections\.$/,
    );
  }, 60_000);

  (hasSupervisord ? it : it.skip)(
    'where the process manager does not answer',
    async () => {
      // Its settings take no path with a space in it.
      const dir = mkdtempSync(join(tmpdir(), 'tenantry-nobody-'));
      const config = join(dir, 'supervisord.conf');
      writeFileSync(config, `[supervisorctl]\nserverurl=unix://${dir}/no.sock\n`);
      const supervisord = `{ dir: ${dir}, config: ${config} }`;
      appendFileSync(
        home.at('tenantry.yaml'),
        `processes: supervisord\nhosting: { supervisord: ${supervisord} }\n`,
      );
      const found = await refusal();
      rmSync(dir, { recursive: true });
      expect(found).toMatch(
        /^processes: supervisord: does not answer: unix:\S+ no such file\. Start it, or correct /,
      );
    },
    60_000,
  );

  it('where nobody listens at the edge, unless that is accepted', async () => {
    const port = await freePort();
    appendFileSync(home.at('tenantry.yaml'), `edge: nginx\nhosting: { edge: { httpPort: ${port} } }\n`);
    expect(await refusal()).toBe(
      `edge: nginx: nothing answers on 127.0.0.1:${port} (ECONNREFUSED). Start nginx, or go on with --accept edge.`,
    );
    const accepted = await home.done('deploy', '--release', '1.1.0', '--accept', 'edge');
    expect(accepted.stderr).toContain(`edge: nginx: nothing answers on 127.0.0.1:${port}`);
    expect([home.current(), await home.releases()]).toEqual(['1.1.0', { acme: '1.1.0' }]);
  }, 60_000);
});
