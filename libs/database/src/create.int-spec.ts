import { describe, expect, it } from '@jest/globals';
import { catalogSnapshot, serverObjects } from '../../../tests/support/catalog.js';
import { testServer } from '../../../tests/support/test-postgres.js';
import { type TestTenant, testTenant } from '../../../tests/support/test-tenant.js';
import { connectAs, connectServer, using } from './connect.js';
import { createStepwise, createTenantDatabase } from './create.js';
import { creationSteps, gatherFacts } from './creation.js';
import { dropTenantDatabase } from './drop.js';
import {
  CreationFailed,
  CreationLeftRemains,
  DatabaseExists,
  DatabaseLocked,
  NoSuchDatabase,
  WrongIdentity,
} from './errors.js';
import { readStamp } from './stamp.js';
import { TenantConnections } from './tenant-connections.js';
import { rolesSql } from './tenant-sql.js';
import { withNameLock } from './name-lock.js';

const steps = ['roles', 'database', 'access', 'inside', 'proof', 'mark'];

async function created(tenant?: string): Promise<TestTenant> {
  const made = testTenant(tenant);
  await createTenantDatabase(made.db, made.identity);
  return made;
}

describe('createTenantDatabase', () => {
  it('makes a database with its stamp, and two roles', async () => {
    const { db, identity } = await created();
    expect(await serverObjects(db.name)).toEqual([
      `database ${db.name}`,
      `role ${db.runtimeRole}`,
      `role ${db.ownerRole}`,
    ]);
    expect(await using(connectAs(db, 'runtime'), readStamp)).toEqual(identity);
    await dropTenantDatabase(db, identity);
    expect(await serverObjects(db.name)).toEqual([]);
  });

  it.each(steps)('leaves nothing behind when step "%s" does not even begin', async (failing) => {
    const { db, identity } = testTenant();
    const creation = createStepwise({ db, identity, options: {} }, async (step) => {
      if (step.name === failing) throw new Error('power cut');
      await step.run();
    });
    await expect(creation).rejects.toThrow(CreationFailed);
    expect(await serverObjects(db.name)).toEqual([]);
  });

  it.each(steps)('leaves nothing behind when step "%s" is done and its answer is lost', async (failing) => {
    const { db, identity } = testTenant();
    const creation = createStepwise({ db, identity, options: {} }, async (step) => {
      await step.run();
      if (step.name === failing) throw new Error('power cut');
    });
    await expect(creation).rejects.toThrow(
      `acme: database "${db.name}" could not be made (${failing}): power cut. Nothing was left behind.`,
    );
    expect(await serverObjects(db.name)).toEqual([]);
  });

  it.each(steps)(
    'leaves nothing behind when the server ends our connections in step "%s"',
    async (failing) => {
      const { db, identity } = await withOwnAdmin('SUPERUSER');
      const creation = createStepwise({ db, identity, options: {} }, async (step) => {
        if (step.name === failing) await asAdmin(endConnections, [db.server.user]);
        await step.run();
        if (step.name === failing) throw new Error('the rest of this step');
      });
      await expect(creation).rejects.toThrow(CreationFailed);
      expect(await serverObjects(db.name)).toEqual([]);
      await asAdmin(`DROP ROLE ${db.server.user}`);
    },
  );

  it.each(steps.slice(0, -1))(
    'removes what a creation that was killed after step "%s" has left',
    async (last) => {
      const { db, identity } = testTenant();
      await leaveUnfinished({ db, identity }, last);
      expect(await serverObjects(db.name)).not.toEqual([]);
      const retry = { ...identity, id: testTenant().identity.id };
      await createTenantDatabase(db, retry);
      expect(await using(connectAs(db, 'owner'), readStamp)).toEqual(retry);
      await dropTenantDatabase(db, retry);
    },
  );

  it('needs no superuser, only CREATEDB and CREATEROLE', async () => {
    const { db, identity } = await withOwnAdmin('CREATEDB CREATEROLE');
    await createTenantDatabase(db, identity, { runtimeConnections: 3 });
    await using(connectAs(db, 'runtime'), (runtime) =>
      expect(runtime.query('CREATE TABLE mine (id int)')).rejects.toMatchObject({ code: '42501' }),
    );
    await using(connectAs(db, 'runtime'), async () => {
      await dropTenantDatabase(db, identity);
    });
    expect(await serverObjects(db.name)).toEqual([]);
    await asAdmin(`DROP ROLE ${db.server.user}`);
  });

  it('says what an admin without the right to make roles lacks', async () => {
    const { db, identity } = await withOwnAdmin('CREATEDB');
    await expect(createTenantDatabase(db, identity)).rejects.toThrow(
      /could not be made \(roles\): permission denied to create role.*Nothing was left behind\.$/,
    );
    await asAdmin(`DROP ROLE ${db.server.user}`);
  });

  it('limits the connections of the runtime role', async () => {
    const { db, identity } = testTenant();
    await createTenantDatabase(db, identity, { runtimeConnections: 1 });
    await using(connectAs(db, 'runtime'), () =>
      expect(connectAs(db, 'runtime')).rejects.toMatchObject({ code: 'TOO_MANY_CONNECTIONS' }),
    );
    await dropTenantDatabase(db, identity);
  });

  it('refuses a database that is there, and leaves it as it is', async () => {
    const { db, identity } = await created();
    const before = await catalogSnapshot(db);
    await expect(createTenantDatabase(db, { ...identity, id: testTenant().identity.id })).rejects.toThrow(
      DatabaseExists,
    );
    await expect(createTenantDatabase(db, testTenant('liberty').identity)).rejects.toThrow(
      /exists already, made for acme\. Nothing was changed\.$/,
    );
    expect(await catalogSnapshot(db)).toEqual(before);
    await dropTenantDatabase(db, identity);
  });

  it('refuses a role that somebody else made, and keeps it', async () => {
    const { db, identity } = testTenant();
    await asAdmin(`CREATE ROLE ${db.ownerRole}`);
    await expect(createTenantDatabase(db, identity)).rejects.toThrow(
      `role "${db.ownerRole}" exists already. Nothing was changed.`,
    );
    expect(await serverObjects(db.name)).toEqual([`role ${db.ownerRole}`]);
    await asAdmin(`DROP ROLE ${db.ownerRole}`);
  });

  it('keeps an unfinished database in which somebody has made a table', async () => {
    const { db, identity } = testTenant();
    await leaveUnfinished({ db, identity }, 'proof');
    await using(connectAs(db, 'owner'), (owner) => owner.query('CREATE TABLE precious (id int)'));
    await expect(createTenantDatabase(db, identity)).rejects.toThrow(DatabaseExists);
    expect(await catalogSnapshot(db)).toContainEqual(expect.stringContaining('relation precious'));
    await dropTenantDatabase(db, identity);
  });

  it('lets one of two creations at once win and tells the other', async () => {
    const first = testTenant();
    const second = { ...first, identity: testTenant().identity };
    const results = await Promise.allSettled(
      [first, second].map(({ db, identity }) => createTenantDatabase(db, identity)),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = results[0]?.status === 'fulfilled' ? first : second;
    expect(await using(connectAs(first.db, 'owner'), readStamp)).toEqual(winner.identity);
    await dropTenantDatabase(winner.db, winner.identity);
  });

  it('waits for its turn only so long', async () => {
    const { db, identity } = testTenant();
    await using(connectServer(db.server), (admin) =>
      withNameLock(admin, db, async () => {
        await expect(createTenantDatabase(db, identity)).rejects.toThrow(DatabaseLocked);
      }),
    );
  }, 15_000);

  it('says what is left when undoing fails too', async () => {
    const { db, identity } = testTenant();
    const server = { ...db.server };
    const creation = createStepwise({ db: { ...db, server }, identity, options: {} }, async (step) => {
      await step.run();
      if (step.name === 'database')
        throw Object.assign(new Error('power cut'), Object.assign(server, { port: 1 }));
    });
    await expect(creation).rejects.toThrow(CreationLeftRemains);
    await createTenantDatabase(db, identity);
    await dropTenantDatabase(db, identity);
  }, 20_000);

  it('shows no password in the statements or errors', async () => {
    const { db, identity } = testTenant();
    const text = rolesSql({
      ...{ db, identity, ownerVerifier: 'SCRAM-SHA-256$x', runtimeVerifier: 'SCRAM-SHA-256$y' },
      ...{
        runtimeConnections: -1,
        adminIsSuperuser: true,
        serverVersion: 180_000,
        template: undefined,
        backend: 0,
      },
    }).join('\n');
    expect(text).not.toContain(db.ownerPassword.reveal());
    const creation = createStepwise({ db, identity, options: {} }, async () => {
      throw new Error(`it said ${db.ownerPassword.reveal()} and ${db.runtimePassword.reveal()}`);
    });
    await expect(creation).rejects.toThrow('it said [secret] and [secret]. Nothing');
  });
});

describe('dropTenantDatabase', () => {
  it('refuses a database that carries another stamp and leaves it as it is', async () => {
    const { db, identity } = await created('liberty');
    const before = await catalogSnapshot(db);
    const acme = testTenant().identity;
    await expect(dropTenantDatabase(db, acme)).rejects.toThrow(
      `acme: database "${db.name}" carries liberty's stamp. Nothing was written.`,
    );
    await expect(dropTenantDatabase(db, { ...identity, id: acme.id })).rejects.toThrow(WrongIdentity);
    expect(await catalogSnapshot(db)).toEqual(before);
    await dropTenantDatabase(db, identity);
  });

  it('ends the connections of the tenant', async () => {
    const { db, identity } = await created();
    await using(connectAs(db, 'runtime'), async (runtime) => {
      await dropTenantDatabase(db, identity);
      await expect(runtime.query('SELECT 1')).rejects.toThrow();
    });
  });

  it('says so when there is nothing to drop', async () => {
    const { db, identity } = testTenant();
    await expect(dropTenantDatabase(db, identity)).rejects.toThrow(NoSuchDatabase);
  });

  it('goes on after it was interrupted between the database and its roles', async () => {
    const { db, identity } = await created();
    await asAdmin(`DROP DATABASE ${db.name}`);
    await dropTenantDatabase(db, identity);
    expect(await serverObjects(db.name)).toEqual([]);
  });
});

/** A tenant on a server whose admin is nobody else's. */
async function withOwnAdmin(rights: string): Promise<TestTenant> {
  const { identity, db } = testTenant();
  const user = `admin_of_${db.name}`;
  await asAdmin(`CREATE ROLE ${user} LOGIN ${rights} PASSWORD '${db.ownerPassword.reveal()}'`);
  return { identity, db: { ...db, server: { ...db.server, user, password: db.ownerPassword } } };
}

const endConnections = 'SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = $1';

function asAdmin(sql: string, values: unknown[] = []): Promise<unknown> {
  return using(connectServer(testServer()), (admin) => admin.query(sql, values));
}

/** As a creator does that is killed after `last`: nothing is undone. */
function leaveUnfinished({ db, identity }: TestTenant, last: string): Promise<void> {
  return using(connectServer(db.server), async (admin) => {
    const connections = new TenantConnections(db);
    const facts = await gatherFacts(admin, { db, identity, options: {} });
    for (const step of creationSteps(facts, { admin, connections })) {
      await step.run();
      if (step.name === last) break;
    }
    await connections.close();
  });
}
