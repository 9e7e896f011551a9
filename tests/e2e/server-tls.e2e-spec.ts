import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectServer, type ServerAddress } from '#libs/database';
import { startThrowawayPostgres, type ThrowawayPostgres } from '#libs/processes';
import { serveTls, TestAuthority } from '../support/test-authority.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

let folder: string;
let postgres: ThrowawayPostgres;
let authority: TestAuthority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-tls-'));
  postgres = await startThrowawayPostgres();
  authority = new TestAuthority(join(folder, 'ours'));
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Over TCP, as Unix sockets are never encrypted. */
function at(host: string, more: Partial<ServerAddress> = {}): ServerAddress {
  return { ...postgres.server, name: 'main', host, ssl: 'verify', caFile: authority.caFile, ...more };
}

async function attempt(server: ServerAddress): Promise<object> {
  try {
    const connection = await connectServer(server);
    const { rows } = await connection.query<{ ssl: boolean; client_dn: string | null }>(
      'SELECT ssl, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
    );
    await connection.end();
    return rows[0] ?? {};
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string };
    return { code, message, hint };
  }
}

/** The postmaster reads its files a moment after it was told to. */
async function serve(host: string, alternatives?: string, days?: number): Promise<void> {
  const before = JSON.stringify(await attempt(at('localhost')));
  await serveTls(postgres.server, authority.issue(host, alternatives, days));
  for (let waitedMs = 0; JSON.stringify(await attempt(at('localhost'))) === before; waitedMs += 20) {
    if (waitedMs > 5000) return;
    await sleep(20);
  }
}

describe('a server that is to prove who it is', () => {
  it('is refused where it encrypts nothing', async () => {
    expect(await attempt(at('127.0.0.1'))).toEqual({
      code: 'NO_TLS',
      message: `Postgres "main" at 127.0.0.1:${postgres.server.port}: offers no TLS, and tenantry.yaml says "ssl: verify".`,
      hint: 'Set `ssl = on` in its configuration, or `ssl: off` in tenantry.yaml where the way to it is safe.',
    });
  });

  it('is refused with another name, and told which it has', async () => {
    await serve('db.internal', 'DNS:db.internal,IP:10.0.0.5');
    const port = postgres.server.port;
    expect(await attempt(at('127.0.0.1'))).toEqual({
      code: 'SERVER_NOT_TRUSTED',
      message: `Postgres "main" at 127.0.0.1:${port}: its certificate is for DNS:db.internal, IP Address:10.0.0.5, not for 127.0.0.1.`,
      hint: 'Set host in tenantry.yaml to a name that is in the certificate.',
    });
    expect(await attempt(at('localhost'))).toMatchObject({ code: 'SERVER_NOT_TRUSTED' });
    expect(await attempt(at('localhost', { ssl: 'require', caFile: undefined }))).toMatchObject({
      ssl: true,
    });
  });

  it('is refused when its certificate has expired', async () => {
    await serve('localhost', 'DNS:localhost', -1);
    expect(await attempt(at('localhost'))).toMatchObject({
      code: 'SERVER_NOT_TRUSTED',
      message: expect.stringContaining('is not valid now (certificate has expired).'),
    });
  });

  it('is refused when another authority has signed it', async () => {
    await serve('localhost', 'DNS:localhost,IP:127.0.0.1');
    const other = new TestAuthority(join(folder, 'other'), 'Other authority');
    const port = postgres.server.port;
    expect(await attempt(at('localhost', { caFile: other.caFile }))).toMatchObject({
      code: 'SERVER_NOT_TRUSTED',
      message: expect.stringContaining(`is not signed by an authority in ${other.caFile} (`),
      hint: expect.stringContaining('Set caFile'),
    });
    expect(await attempt(at('localhost', { caFile: undefined }))).toMatchObject({
      message: expect.stringContaining(
        `Postgres "main" at localhost:${port}: its certificate is not signed by an authority that Node.js knows (`,
      ),
    });
    for (const host of ['localhost', '127.0.0.1'])
      expect(await attempt(at(host))).toMatchObject({ ssl: true });
  });

  it('says which file cannot be used', async () => {
    const gone = join(folder, 'gone.pem');
    const none = join(folder, 'none.pem');
    writeFileSync(none, 'hello');
    expect(await attempt(at('localhost', { caFile: gone }))).toMatchObject({
      code: 'TLS_FILE_UNUSABLE',
      message: `${gone}: cannot be read: ENOENT.`,
    });
    expect(await attempt(at('localhost', { caFile: none }))).toMatchObject({
      message: `${none}: expected a CERTIFICATE in PEM, found none.`,
      hint: 'Look at caFile of the server in tenantry.yaml.',
    });
  });

  it('is shown the certificate that tenantry.yaml names', async () => {
    const own = authority.issue('postgres');
    await serveTls(postgres.server, { ...authority.issue('localhost'), clients: authority.caFile });
    await sleep(300);
    expect(await attempt(at('localhost', own))).toEqual({ ssl: true, client_dn: '/CN=postgres' });
  }, 30_000);
});

describe('a home whose tenants are on such a server', () => {
  let home: TestHome;

  beforeAll(async () => {
    const { port, password } = postgres.server;
    const url = `postgres://localhost:${port}?sslmode=verify-full&sslrootcert=${authority.caFile}`;
    home = await makeTestHome('tls', {
      args: ['--postgres', url],
      env: { PGPASSWORD: password?.reveal() ?? '' },
    });
    const file = join(home.dir, 'tenantry.yaml');
    const embedded = '  servers:\n    second:\n      embedded: true\n';
    writeFileSync(file, readFileSync(file, 'utf8').replace('  servers:\n', embedded));
  }, 60_000);

  afterAll(() => home?.remove(), 60_000);

  async function sessions(): Promise<string[]> {
    const admin = await connectServer(postgres.server);
    const { rows } = await admin.query<{ who: string }>(
      `SELECT DISTINCT usename || ' ' || CASE WHEN ssl THEN version ELSE 'plain' END AS who
         FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE usename LIKE 'tenant%' ORDER BY 1`,
    );
    await admin.end();
    return rows.map(({ who }) => who);
  }

  it('creates, serves and moves a tenant over encrypted connections', async () => {
    await home.done('tenant', 'create', 'acme');
    await home.done('start', '--tenant', 'acme');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect(await sessions()).toEqual(['tenant_acme TLSv1.3']);
    const moved = await home.done('tenant', 'move', 'acme', '--server', 'second');
    expect(moved.stderr).toContain('counts and checksums are equal on both');
    await home.done('tenant', 'move', 'acme', '--server', 'main');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    expect(await sessions()).toEqual(['tenant_acme TLSv1.3']);
  }, 90_000);

  it('says on every way what is wrong with the certificate', async () => {
    const other = new TestAuthority(join(folder, 'other'), 'Other authority');
    const ours = readFileSync(authority.caFile);
    writeFileSync(authority.caFile, readFileSync(other.caFile));
    const wrong = `its certificate is not signed by an authority in ${authority.caFile}`;
    await home.run('stop', '--tenant', 'acme');
    for (const words of [
      'migrate --tenant acme',
      'tenant create blue',
      'start --tenant acme',
      'migrate drift --tenant acme',
    ]) {
      const refused = await home.run(...words.split(' '));
      const said = refused.stderr + refused.stdout;
      expect([words, refused.code, said]).toEqual([words, 1, expect.stringContaining(wrong)]);
    }
    const { findings } = (await home.run('doctor', '--json')).json<{
      findings: { id: string; found: string }[];
    }>();
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'server-unreachable', found: expect.stringContaining(wrong) }),
    );
    writeFileSync(authority.caFile, ours);
    await home.done('start', '--tenant', 'acme');
  }, 60_000);
});
