import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testServer } from '../../../../tests/support/test-postgres.js';
import { type TestTenant, testTenant } from '../../../../tests/support/test-tenant.js';
import { connectAs, connectServer, type DatabaseRole, using } from '../connect.js';
import { createTenantDatabase } from '../create.js';
import { dropTenantDatabase } from '../drop.js';
import { WrongIdentity, WrongPassword } from '../errors.js';
import { quoteIdentifier as quoted } from '../quote.js';
import { Secret } from '#libs/settings';
import { inspectDatabase } from './inspect-database.js';
import { repairAccess } from './repair-access.js';
import { readInventory } from './server-inventory.js';

let acme: TestTenant;
let zed: TestTenant;

beforeAll(async () => {
  [acme, zed] = [testTenant('acme'), testTenant('zed')];
  for (const { db, identity } of [acme, zed]) await createTenantDatabase(db, identity);
  await as('owner', 'CREATE TABLE notes (id serial PRIMARY KEY, text text)');
});

afterAll(async () => {
  for (const { db, identity } of [acme, zed]) await dropTenantDatabase(db, identity);
});

function as(role: DatabaseRole, sql: string): Promise<unknown> {
  return using(connectAs(acme.db, role), (connection) => connection.query(sql));
}

const onServer = (sql: string): Promise<unknown> =>
  using(connectServer(testServer()), (admin) => admin.query(sql));
const runtime = (): string => quoted(acme.db.runtimeRole);
const owner = (): string => quoted(acme.db.ownerRole);

/** What of it all is not as creation made it. */
async function faults(): Promise<object> {
  const { db } = acme;
  const { access } = await inspectDatabase(db);
  const { databases, roles } = await readInventory(db.server);
  const wrong = Object.fromEntries(Object.entries(access).filter(([, found]) => found.length > 0));
  const database = databases.get(db.name);
  return {
    ...wrong,
    ...(database?.publicRights.length ? { publicRights: database.publicRights } : {}),
    ...(database?.mark === undefined ? { mark: 'none' } : {}),
    strangers: (database?.connect ?? []).filter((role) => ![db.ownerRole, db.runtimeRole].includes(role)),
    powers: [db.ownerRole, db.runtimeRole].flatMap((role) => roles.get(role)?.powers ?? []),
  };
}

const sound = { strangers: [], powers: [] };

const planted: readonly (readonly [string, () => Promise<unknown>, () => object])[] = [
  [
    'CREATE on schema public',
    () => as('admin', `GRANT CREATE ON SCHEMA public TO ${runtime()}`),
    () => ({ ...sound, creatable: ['public'] }),
  ],
  [
    'CREATE on schema public for everybody',
    () => as('admin', 'GRANT CREATE ON SCHEMA public TO PUBLIC'),
    () => ({ ...sound, creatable: ['public'] }),
  ],
  [
    'no way into a schema of ours',
    () => as('admin', `REVOKE USAGE ON SCHEMA tenantry FROM ${runtime()}`),
    () => ({ ...sound, closed: ['tenantry'] }),
  ],
  [
    'a table without grants',
    () => as('admin', `REVOKE ALL ON notes, notes_id_seq FROM ${runtime()}`),
    () => ({ ...sound, unusable: ['public.notes'], unusableSequences: ['public.notes_id_seq'] }),
  ],
  [
    'a stamp that the runtime role can change, and cannot read',
    () =>
      as(
        'admin',
        `GRANT UPDATE ON tenantry.stamp TO ${runtime()}; REVOKE SELECT ON tenantry.stamp FROM ${runtime()}`,
      ),
    () => ({ ...sound, changeable: ['tenantry.stamp'], unreadable: ['tenantry.stamp'] }),
  ],
  [
    'lost default privileges',
    () =>
      as('admin', `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner()} REVOKE DELETE ON TABLES FROM ${runtime()}`),
    () => ({ ...sound, missingDefaults: ['DELETE on tables'] }),
  ],
  [
    'CONNECT for everybody',
    () => onServer(`GRANT CONNECT ON DATABASE ${quoted(acme.db.name)} TO PUBLIC`),
    () => ({ ...sound, publicRights: ['CONNECT'] }),
  ],
  [
    "CONNECT for another tenant's role",
    () => onServer(`GRANT CONNECT ON DATABASE ${quoted(acme.db.name)} TO ${quoted(zed.db.runtimeRole)}`),
    () => ({ ...sound, strangers: [zed.db.runtimeRole] }),
  ],
  [
    'powers over the server',
    () => onServer(`ALTER ROLE ${owner()} CREATEDB CREATEROLE`),
    () => ({ ...sound, powers: ['CREATEDB', 'CREATEROLE'] }),
  ],
  [
    'no mark',
    () => onServer(`COMMENT ON DATABASE ${quoted(acme.db.name)} IS NULL`),
    () => ({ ...sound, mark: 'none' }),
  ],
];

describe('an inspected database', () => {
  it('has nothing to tell right after its creation, of a template or not', async () => {
    expect(await faults()).toEqual(sound);
  });

  it.each(planted)('tells of %s, which is repaired', async (_, plant, expected) => {
    await plant();
    expect(await faults()).toEqual(expected());
    await repairAccess(acme.db, acme.identity);
    expect(await faults()).toEqual(sound);
    await as('runtime', "INSERT INTO notes (text) VALUES ('it works')");
  });

  it('is looked at by the admin where the runtime role cannot log in', async () => {
    const db = { ...acme.db, runtimePassword: new Secret('not this one') };
    const { login, stamp } = await inspectDatabase(db);
    expect([login, stamp]).toEqual([expect.any(WrongPassword), acme.identity]);
  });

  it('is not touched when it is not this tenant’s', async () => {
    await as('admin', `GRANT CREATE ON SCHEMA public TO ${runtime()}`);
    await expect(repairAccess(acme.db, zed.identity)).rejects.toThrow(WrongIdentity);
    expect(await faults()).toEqual({ ...sound, creatable: ['public'] });
    await repairAccess(acme.db, acme.identity);
  });

  it('is inspected and repaired by an admin who is no superuser', async () => {
    const { db, identity } = testTenant('rented');
    const admin = `${db.name}_admin`;
    await onServer(`CREATE ROLE ${quoted(admin)} LOGIN CREATEDB CREATEROLE PASSWORD 'its own'`);
    await onServer(`GRANT CONNECT ON DATABASE postgres TO ${quoted(admin)}`);
    const server = { ...db.server, user: admin, password: new Secret('its own') };
    const rented = { ...db, server };
    await createTenantDatabase(rented, identity);
    await onServer(`GRANT CONNECT ON DATABASE ${quoted(db.name)} TO PUBLIC`);
    await repairAccess(rented, identity);
    const found = (await readInventory(server)).databases.get(db.name);
    expect([found?.publicRights, found?.mark]).toEqual([[], identity]);
    const { access } = await inspectDatabase(rented);
    expect(Object.values(access).flat()).toEqual([]);
    await dropTenantDatabase(rented, identity);
    await onServer(`DROP OWNED BY ${quoted(admin)}; DROP ROLE ${quoted(admin)}`);
  });
});
