import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectServer } from '#libs/database';
import { openHome, serverAddress } from '#libs/settings';
import { tenantryWith } from '../support/command-line.js';
import { type Attempt, runRunner } from '../support/run-runner.js';
import { makeTestHome, type TestHome } from '../support/test-home.js';

/** What only an exact copy brings along; none of it is in the release. */
const byHand = `
  CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text, size int GENERATED ALWAYS AS (length(body)) STORED,
    parent bigint REFERENCES notes, at timestamptz DEFAULT now());
  INSERT INTO notes (body, parent) SELECT 'note ' || n, CASE WHEN n > 1 THEN 1 END FROM generate_series(1, 500) n;
  UPDATE notes SET parent = 500 WHERE id = 1;
  CREATE INDEX notes_by_hand ON notes (body);
  CREATE SEQUENCE tickets START 7;
  SELECT nextval('tickets');
  CREATE MATERIALIZED VIEW long_notes AS SELECT id FROM notes WHERE size > 7;
  CREATE TABLE "Odd ""name""" ("a b" bytea, v double precision);
  INSERT INTO "Odd ""name""" VALUES ('\\x00ff', 0.1), (NULL, 'NaN');`;

describe("moving a tenant's database to another server", () => {
  let home: TestHome;

  beforeAll(async () => {
    home = await makeTestHome('move');
    const file = join(home.dir, 'tenantry.yaml');
    const more = '    main:\n      embedded: true\n    second:\n      embedded: true\n';
    writeFileSync(file, readFileSync(file, 'utf8').replace('    main:\n      embedded: true\n', more));
    await home.done('tenant', 'create', 'acme');
    await inDatabase('main', 'tenant_acme', `SET ROLE tenant_acme_owner; ${byHand}`);
    await home.done('start', '--tenant', 'acme');
  }, 120_000);

  afterAll(() => home?.remove(), 60_000);

  async function inDatabase<Row extends object>(
    server: string,
    database: string,
    sql: string,
  ): Promise<Row[]> {
    const admin = await connectServer({ ...serverAddress(openHome(home.dir, {}), server), database });
    try {
      return (await admin.query<Row>(sql)).rows;
    } finally {
      await admin.end();
    }
  }

  const databases = async (server: string): Promise<string[]> => {
    const sql = "SELECT datname FROM pg_database WHERE datname ~ '^(tenant|trash)_' ORDER BY 1";
    return (await inDatabase<{ datname: string }>(server, 'postgres', sql)).map(({ datname }) =>
      datname.replace(/trash_.*/, 'trash_RUN'),
    );
  };

  const content = async (server: string): Promise<object[]> =>
    inDatabase(
      server,
      'tenant_acme',
      `SELECT (SELECT md5(string_agg(n::text, ',' ORDER BY id)) FROM notes n) AS notes, (SELECT count(*) FROM long_notes) AS long,
        (SELECT string_agg(o::text, ',' ORDER BY o::text) FROM "Odd ""name""" o) AS odd, (SELECT last_value FROM tickets) AS ticket,
        (SELECT count(*) FROM pages) AS pages, (SELECT string_agg(name || run_id || applied_at, ',' ORDER BY name) FROM tenantry.ledger) AS ledger`,
    );

  it('refuses a server that there is not, and the one that it is on', async () => {
    expect((await home.run('tenant', 'move', 'acme', '--server', 'secnd')).code).toBe(2);
    expect((await home.run('tenant', 'move', 'acme')).code).toBe(2);
    const same = await home.run('tenant', 'move', 'acme', '--server', 'main');
    expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('is on main already')]);
  }, 30_000);

  it('refuses one server under two names, which would end with nothing', async () => {
    const file = join(home.dir, 'tenantry.yaml');
    const before = readFileSync(file, 'utf8');
    const { host, port, user, password } = serverAddress(openHome(home.dir, {}), 'main');
    const twin = `    twin:\n      host: ${host}\n      port: ${port}\n      user: ${user}\n      password: { $env: TWIN }\n`;
    writeFileSync(file, before.replace('    second:\n', `${twin}    second:\n`));
    const env = { TWIN: password?.reveal() ?? 'none' };
    const refused = await tenantryWith({ home: home.dir, env }, 'tenant', 'move', 'acme', '--server', 'twin');
    writeFileSync(file, before);
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('one and the same')]);
    expect(await databases('main')).toEqual(['tenant_acme']);
  }, 30_000);

  it('takes everything along, and keeps what it leaves until it is purged', async () => {
    const before = await content('main');
    const moved = await home.done('tenant', 'move', 'acme', '--server', 'second');
    expect(moved.stderr).toContain('counts and checksums are equal on both');
    expect(moved.stdout).toContain('To undo, run: tenantry tenant move acme --server main');
    expect(await content('second')).toEqual(before);
    expect([await databases('main'), await databases('second')]).toEqual([['trash_RUN'], ['tenant_acme']]);
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
    const [next] = await inDatabase<{ id: string; ticket: string }>(
      'second',
      'tenant_acme',
      "INSERT INTO notes (body) VALUES ('next') RETURNING id, nextval('tickets') AS ticket",
    );
    expect(next).toEqual({ id: '501', ticket: '8' });
    const undeleted = await home.run('tenant', 'undelete', 'acme');
    expect(undeleted.code).toBe(2);
    await home.done('tenant', 'purge', 'acme', '--confirm', 'acme');
    expect(await databases('main')).toEqual([]);
  }, 60_000);

  it('takes all back where the copy cannot be the same', async () => {
    await inDatabase('second', 'tenant_acme', 'SELECT lo_create(4711)');
    const refused = await home.run('tenant', 'move', 'acme', '--server', 'main');
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('has large objects')]);
    await inDatabase('second', 'tenant_acme', 'SELECT lo_unlink(4711)');
    await inDatabase('main', 'postgres', 'CREATE DATABASE tenant_acme');
    const taken = await home.run('tenant', 'move', 'acme', '--server', 'main');
    expect([taken.code, taken.stderr]).toEqual([
      4,
      expect.stringContaining('there is a database "tenant_acme" already'),
    ]);
    expect(await databases('main')).toEqual(['tenant_acme']);
    await inDatabase('main', 'postgres', 'DROP DATABASE tenant_acme');
    // Only a superuser could make it again: the schema is not that of the source then.
    await inDatabase(
      'second',
      'tenant_acme',
      'CREATE FUNCTION secret() RETURNS int LANGUAGE internal AS $$pg_backend_pid$$; ALTER FUNCTION secret() OWNER TO tenant_acme_owner',
    );
    const failed = await home.run('tenant', 'move', 'acme', '--server', 'main');
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/made by hand.*secret/)]);
    expect([await databases('main'), readdirSync(join(home.dir, 'state/lifecycle'))]).toEqual([[], []]);
    await inDatabase('second', 'tenant_acme', 'DROP FUNCTION secret()');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  }, 60_000);

  it('goes on where it was killed, at each of its steps', async () => {
    await home.done('tenant', 'move', 'acme', '--server', 'main');
    const before = await content('main');
    const examined = (await home.done('doctor', '--json')).json<{ findings: { severity: string }[] }>();
    expect(examined.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    await home.done('stop', '--tenant', 'acme');
    await home.done('tenant', 'purge', 'acme', '--confirm', 'acme');
    let kills = 0;
    for (; kills < 40; kills += 1) {
      const { signal, output, code } = await attempt();
      if (signal === 'SIGKILL') continue;
      expect([code, output]).toEqual([0, expect.stringContaining('is on second now')]);
      break;
    }
    expect([kills, await content('second')]).toEqual([7, before]);
    expect([await databases('main'), await databases('second')]).toEqual([['trash_RUN'], ['tenant_acme']]);
    await home.done('start', '--tenant', 'acme');
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  }, 90_000);

  const attempt = (): Promise<Attempt> =>
    runRunner('lifecycle-runner', { home: home.dir }, 'move', 'acme', join(home.dir, 'passed'));
});
