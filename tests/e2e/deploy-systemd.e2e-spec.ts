import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entry, pinnedNode, type Ran } from '../support/command-line.js';
import {
  mixedProcesses,
  processesOf,
  type ReleasesSeen,
  telling,
  visitReleasesScript,
} from '../support/release-visitors.js';
import { makeRunnableRelease } from '../support/runnable-release.js';
import { bootSystemd, type SystemdBox } from '../support/systemd-box.js';

const booted = await bootSystemd();
if (typeof booted === 'string') console.warn(`No systemd of its own for this test: ${booted}.`);

const home = '/srv/app';
// More take minutes on a small machine: DEPLOYED_TENANTS=10.
const tenants = Array.from(
  { length: Number(process.env['DEPLOYED_TENANTS'] ?? 3) },
  (_, index) => `t${index}`,
);
const hosts = tenants.map((name) => `${name}.localhost`);
const migration = (number: number) => ({ number, up: `ALTER TABLE pages ADD COLUMN extra_${number} text` });

(typeof booted === 'string' ? describe.skip : describe)('tenants under systemd, behind nginx', () => {
  const box = booted as SystemdBox;
  const done = async (words: string): Promise<Ran> => {
    const ran = await box.run(`cd ${home} && '${pinnedNode}' '${entry}' ${words}`);
    if (ran.code !== 0) throw new Error(`tenantry ${words}: exit ${ran.code}\n${ran.stderr}\n${ran.stdout}`);
    return ran;
  };

  beforeAll(async () => {
    await box.run(`mkdir -p ${home} && '${pinnedNode}' '${entry}' init ${home}`);
    for (const number of [0, 1, 2, 3]) {
      const migrations = [1, 2, 3].slice(0, number).map(migration);
      const id = `1.${number}.0`;
      await makeRunnableRelease({ home: join(box.root, home), id, migrations, ...telling(id) });
    }
    await done('deploy --release 1.0.0');
    for (const name of tenants) await done(`tenant create ${name}`);
    const settings = 'processes: systemd\nedge: nginx\nhosting: { edge: { run: system } }\n';
    await box.run(`printf '${settings}' >>${home}/tenantry.yaml`);
    const include = `include ${home}/hosting/nginx/conf.d/*.conf;`;
    await box.run(`rm -f /etc/nginx/sites-enabled/default
      sed -i 's|^http {|http { ${include}|' /etc/nginx/nginx.conf
      systemctl start nginx`);
    await done('hosting apply --users');
  }, 180_000);

  afterAll(() => box.remove(), 60_000);

  it('go through three deploys and a rollback without losing a request, and no process mixes releases', async () => {
    await box.run(`cat >${home}/visitors.mjs <<'END'\n${visitReleasesScript}\nEND`);
    const visitors = box.run(`'${pinnedNode}' ${home}/visitors.mjs 80 ${hosts.join(',')} ${home}/stop`);
    for (const id of ['1.1.0', '1.2.0', '1.3.0']) await done(`deploy --release ${id} --wave 4`);
    await done('rollback 1.2.0 --wave 4');
    await box.run(`touch ${home}/stop`);
    const seen = (await visitors).json<ReleasesSeen>();
    expect(seen.failures).toEqual({});
    expect(seen.answered).toBeGreaterThan(200);
    expect(mixedProcesses(seen)).toEqual([]);
    // 1.2.0 twice: by the second deploy, and by the rollback.
    const all = tenants.length;
    expect(processesOf(seen)).toMatchObject({ '1.1.0': all, '1.2.0': 2 * all, '1.3.0': all });
    expect(readlinkSync(join(box.root, home, 'current'))).toBe('releases/1.2.0');
  }, 300_000);

  it('start from the release that they are pinned to, also when systemd itself starts them', async () => {
    const release = async (): Promise<unknown> => {
      const answer = await box.run(`curl -sf --unix-socket ${home}/run/t0.sock http://x/health/ready`);
      return answer.json<{ release: string }>().release;
    };
    await done('stop t0');
    await done('release pin t0 1.1.0');
    await done('start t0');
    expect(await release()).toBe('1.1.0');
    await done('release unpin t0 --no-restart');
    expect(await release()).toBe('1.1.0');
    await box.run('systemctl restart tenant@t0.service');
    expect(await release()).toBe('1.2.0');
  }, 120_000);

  it('are served by the Apache of the host as well, which says so when one is suspended', async () => {
    await box.run(`sed -i 's/^edge: nginx/edge: apache/' ${home}/tenantry.yaml
      printf 'picture' >${home}/tenants/t1/media/public/sample.txt
      systemctl stop nginx; a2dissite -q 000-default
      printf 'IncludeOptional ${home}/hosting/apache/tenantry.conf\n' >>/etc/apache2/apache2.conf`);
    const early = await box.run(`cd ${home} && '${pinnedNode}' '${entry}' hosting apply`);
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('apache2')]);
    await box.run('systemctl start apache2');
    await done('hosting apply');
    const ask = async (path: string): Promise<string> =>
      (await box.run(`curl -s -w ' %{http_code}' -H 'Host: t1.localhost' http://127.0.0.1${path}`)).stdout;
    expect(await ask('/')).toMatch(/ 200$/);
    expect(await ask('/media/sample.txt')).toBe('picture 200');
    expect(await ask('/health/ready')).toMatch(/ 404$/);
    await done('tenant suspend t1');
    expect([await ask('/'), await ask('/media/sample.txt')]).toEqual([
      expect.stringMatching(/ 503$/),
      expect.stringMatching(/ 503$/),
    ]);
    const woken = await box.run(`curl -sf --unix-socket ${home}/run/t1.sock http://x/health/ready`);
    expect(woken.code).not.toBe(0);
    await done('hosting apply');
    expect(await ask('/')).toMatch(/ 503$/);
    await done('tenant resume t1');
    expect(await ask('/')).toMatch(/ 200$/);
    await done('tenant rename t1 tee');
    expect(await ask('/media/sample.txt')).toBe('picture 200');
    await done('tenant delete tee --confirm tee');
    expect(await ask('/')).toMatch(/ 421$/);
    const left = await box.run(`ls -d /etc/systemd/system/*tee* /etc/systemd/system/*t1*; ls ${home}/run`);
    expect(left.stdout).not.toMatch(/tee|t1\./);
    await done('tenant undelete tee');
    expect(await ask('/')).toMatch(/ 200$/);
  }, 240_000);
});
