import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { connectServer } from '#libs/database';
import { startThrowawayPostgres, type ThrowawayPostgres } from '#libs/processes';
import { binariesOf, olderMajors } from '../support/postgres-versions.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

const missing = olderMajors.filter((major) => binariesOf(major) === undefined);
if (missing.length > 0) {
  console.warn(`Postgres ${missing.join(', ')} are skipped. To fetch them: node scripts/fetch-postgres.mjs`);
}

interface HostFile {
  postgres: { servers: Record<string, object> };
}

/** With an admin that is no superuser, who is told apart by version most. */
(missing.length === 0 ? describe : describe.skip)('older servers beside a new one', () => {
  let home: TestHome;
  const servers: ThrowawayPostgres[] = [];

  beforeAll(async () => {
    home = await makeTestHome('versions');
    const started = olderMajors.map((major) => startThrowawayPostgres({ binDir: binariesOf(major) }));
    servers.push(...(await Promise.all(started)));
    await Promise.all(servers.map(makeAdmin));
    const host = read('tenantry.yaml');
    const secrets: HostFile = { postgres: { servers: {} } };
    olderMajors.forEach((major, index) => {
      const { host: folder, port } = servers[index]?.server ?? { host: '', port: 0 };
      host.postgres.servers[`pg${major}`] = { host: folder, port, user: 'boss' };
      secrets.postgres.servers[`pg${major}`] = { password: 'boss' };
    });
    writeFileSync(join(home.dir, 'tenantry.yaml'), stringify(host));
    writeFileSync(join(home.dir, 'secrets.yaml'), stringify(secrets), { mode: 0o600 });
  }, 90_000);

  afterAll(async () => {
    await Promise.all(servers.map((each) => each.stop()));
    await home?.remove();
  }, 60_000);

  const read = (name: string): HostFile => parse(readFileSync(join(home.dir, name), 'utf8')) as HostFile;

  async function makeAdmin({ server }: ThrowawayPostgres): Promise<void> {
    const admin = await connectServer(server);
    await admin.query("CREATE ROLE boss LOGIN CREATEDB CREATEROLE PASSWORD 'boss'");
    await admin.end();
  }

  async function done(words: string): Promise<string> {
    const { stdout, stderr } = await home.done(...words.split(' '));
    return stdout + stderr;
  }

  it.each(olderMajors)(
    'Postgres %i does all that a tenant needs',
    async (major) => {
      const [name, renamed] = [`on${major}`, `still-on${major}`];
      const created = await done(`tenant create ${name} --server pg${major}`);
      expect(created).toContain('cloned from tenantry_template_');
      await done(`migrate down --tenant ${name} --steps 1`);
      await done(`migrate --tenant ${name}`);
      await done(`migrate drift --tenant ${name}`);
      await done(`tenant rename ${name} ${renamed}`);
      await done(`tenant delete ${renamed} --confirm ${renamed}`);
      await done(`tenant undelete ${renamed}`);
      await done(`secrets rotate ${renamed}`);
      await done(`start --tenant ${renamed}`);
      expect((await home.get(`${name}.localhost`, '/')).status).toBe(200);
    },
    60_000,
  );

  it('are moved from the oldest to the newest, and found in order', async () => {
    const moved = await done('tenant move still-on15 --server main');
    expect(moved).toContain('counts and checksums are equal on both');
    expect((await home.get('on15.localhost', '/')).status).toBe(200);
    // From a superuser's database to that of one who is not, too.
    await done('tenant move still-on15 --server pg17');
    await done('migrate drift --all');
    const { findings } = (await home.run('doctor', '--json')).json<{ findings: { severity: string }[] }>();
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  }, 60_000);
});
