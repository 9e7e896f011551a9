import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DeployHome, makeDeployHome } from '../support/deploy-home.js';
import { mixedProcesses, processesOf, telling, visitReleases } from '../support/release-visitors.js';
import { freePort } from '../support/test-home.js';

// More take minutes on a small machine: DEPLOYED_TENANTS=10.
const names = Array.from({ length: Number(process.env['DEPLOYED_TENANTS'] ?? 2) }, (_, index) => `t${index}`);
const migration = (number: number) => ({ number, up: `ALTER TABLE pages ADD COLUMN extra_${number} text` });
const isHere = existsSync('/usr/sbin/nginx');
if (!isHere) process.stderr.write('SKIPPED: deploys behind nginx. On Debian: apt-get install nginx\n');

(isHere ? describe : describe.skip)('tenants of our own supervisor, behind nginx', () => {
  let home: DeployHome;
  let port: number;

  beforeAll(async () => {
    home = await makeDeployHome({ label: 'deploy-load', tenants: {}, first: telling('1.0.0') });
    port = await freePort();
    const ports = `httpPort: ${port}, httpsPort: ${await freePort()}`;
    const edge = `{ run: home, ${ports}, addresses: ['127.0.0.1'] }`;
    appendFileSync(join(home.dir, 'tenantry.yaml'), `\nedge: nginx\nhosting: { edge: ${edge} }\n`);
    for (const name of names) await home.done('tenant', 'create', name);
    for (const number of [1, 2, 3]) {
      const migrations = [1, 2, 3].slice(0, number).map(migration);
      await home.release(`1.${number}.0`, { migrations, ...telling(`1.${number}.0`) });
    }
    // Two workers, and a site with a process of its own.
    await home.done('settings', 'set', 't0', 'process.workers', '2');
    const site = 'sites:\n  kids: { hosts: [kids.localhost], process: own }\n';
    appendFileSync(home.at('tenants/t1/settings.yaml'), site);
    await home.done('start', '--all');
    await home.done('hosting', 'apply');
  }, 180_000);

  afterAll(async () => {
    const pidFile = join(home.dir, 'run/nginx.pid');
    if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGQUIT');
    await home.remove();
  }, 60_000);

  it('go through three deploys and a rollback without losing a request, and no process mixes releases', async () => {
    const hosts = [...names, 'kids'].map((name) => `${name}.localhost`);
    const visitors = visitReleases(port, hosts);
    for (const id of ['1.1.0', '1.2.0', '1.3.0']) {
      await home.done('deploy', '--release', id, '--wave', '4');
    }
    await home.done('rollback', '1.2.0', '--wave', '4');
    const seen = await visitors.leave();
    expect(seen.failures).toEqual({});
    expect(seen.answered).toBeGreaterThan(200);
    expect(mixedProcesses(seen)).toEqual([]);
    // 1.2.0 twice: by the second deploy, and by the rollback.
    const all = names.length + 2;
    expect(processesOf(seen)).toEqual({ '1.0.0': all, '1.1.0': all, '1.2.0': 2 * all, '1.3.0': all });
    expect(home.current()).toBe('1.2.0');
  }, 300_000);
});
