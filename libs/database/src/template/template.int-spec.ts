import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { MigrationClass } from '#libs/settings';
import { catalogSnapshot, serverObjects } from '../../../../tests/support/catalog.js';
import { everything } from '../../../../tests/support/everything.js';
import { pinnedNode } from '../../../../tests/support/command-line.js';
import { runner } from '../../../../tests/support/shared-bundle.js';
import { simple } from '../../../../tests/support/simple-template.js';
import { migration } from '../../../../tests/support/test-migrations.js';
import { testServer } from '../../../../tests/support/test-postgres.js';
import { type TestTenant, testTenant } from '../../../../tests/support/test-tenant.js';
import type { ServerAddress } from '../addresses.js';
import { connectAs, connectServer, using } from '../connect.js';
import { createTenantDatabase } from '../create.js';
import { creationSteps, gatherFacts } from '../creation.js';
import { dropTenantDatabase } from '../drop.js';
import { migrateDatabase } from '../migrate.js';
import { migrationNames } from '../migration-list.js';
import { differenceFrom } from '../schema/reference.js';
import { readSchema } from '../schema/read-schema.js';
import { TenantConnections } from '../tenant-connections.js';
import { buildTemplate, findTemplate } from './build-template.js';
import { dropUnwantedTemplates } from './drop-templates.js';
import { findTemplates, type Template, templateName, type TemplateSpec } from './template.js';

const home = `/srv/${randomUUID()}`;

function specOf(migrations: readonly MigrationClass[]): TemplateSpec {
  const hashes = Object.fromEntries(migrationNames(migrations).map((name) => [name, `hash of ${name}`]));
  return { home, application: 'web', release: '1.1.0', migrations, hashes };
}

const small = simple(home);
const smallName = templateName(small) ?? '';

async function built(spec: TemplateSpec, server: ServerAddress = testServer()): Promise<Template> {
  const made = await buildTemplate({ server, spec });
  if (made === undefined) throw new TypeError('no template');
  return made.template;
}

/** Makes a tenant from the template, for `work`, and drops it. */
async function withClone<T>(
  template: Template | undefined,
  { db, identity }: TestTenant,
  work: (tenant: TestTenant) => Promise<T>,
): Promise<T> {
  await createTenantDatabase(db, identity, { template });
  try {
    return await work({ db, identity });
  } finally {
    await dropTenantDatabase(db, identity);
  }
}

function asAdmin(sql: string, values: unknown[] = []): Promise<unknown> {
  return using(connectServer(testServer()), (admin) => admin.query(sql, values));
}

/** What the catalog says of a tenant's database, with the tenant's names taken out of it. */
async function anonymousSnapshot({ db, identity }: TestTenant): Promise<string[]> {
  const lines = await catalogSnapshot(db);
  return lines
    .filter((line) => !line.startsWith('ledger '))
    .map((line) =>
      line
        .replaceAll(db.ownerRole, 'OWNER')
        .replaceAll(db.runtimeRole, 'RUNTIME')
        .replaceAll(identity.id, 'ID')
        // Planner's estimate of rows, and the order in which grants were given.
        .replace(/ -?\d+$/, '')
        .replace(/\{(.*)\}/, (_, list: string) => list.split(',').toSorted().join(',')),
    )
    .toSorted();
}

/** Whether the builder was ended before its nth step but the last, "closed", at which it is not. */
async function buildAndDie(step: number): Promise<boolean> {
  const child = spawn(pinnedNode, [runner('template-runner'), home, String(step)], { stdio: 'inherit' });
  await once(child, 'exit');
  return child.signalCode === 'SIGKILL';
}

afterEach(async () => {
  await dropUnwantedTemplates(testServer(), { home, wanted: new Set() });
});

describe('a tenant that was cloned from a template', () => {
  it('cannot be told from one that was migrated: schema, access lists, owners, default privileges', async () => {
    const spec = specOf(everything);
    const template = await built(spec);
    await withClone(template, testTenant('acme'), async (clone) =>
      withClone(undefined, testTenant('acme'), async (other) => {
        await migrateDatabase({ ...other, migrations: everything, hashes: spec.hashes, lockWaitMs: 1000 });
        const [one, two] = await Promise.all(
          [clone, other].map(({ db }) =>
            using(connectAs(db, 'runtime'), (connection) => readSchema(connection, db)),
          ),
        );
        expect(differenceFrom(two ?? new Map(), one ?? new Map())).toEqual([]);
        expect(await anonymousSnapshot(clone)).toEqual(await anonymousSnapshot(other));
      }),
    );
  });

  it('has nothing pending, its own stamp, and rows of migrations; its roles may do what they should', () =>
    built(small).then((template) =>
      withClone(template, testTenant(), async ({ db, identity }) => {
        const migrated = await migrateDatabase({
          ...{ db, identity, migrations: small.migrations, hashes: small.hashes },
          lockWaitMs: 1000,
        });
        expect(migrated).toMatchObject({ applied: [], head: 'Step1700000000002' });
        await using(connectAs(db, 'runtime'), async (runtime) => {
          const { rows } = await runtime.query(`INSERT INTO notes (text) VALUES ('mine') RETURNING id`);
          expect(rows).toEqual([{ id: 2 }]);
          await expect(runtime.query('DROP TABLE notes')).rejects.toMatchObject({ code: '42501' });
          await expect(runtime.query('UPDATE tenantry.stamp SET id = id')).rejects.toMatchObject({
            code: '42501',
          });
        });
        await using(connectAs(db, 'owner'), async (owner) => {
          await owner.query('CREATE TABLE later (id int)');
          await owner.query('ALTER TABLE notes ADD COLUMN title text');
        });
        await using(connectAs(db, 'runtime'), (runtime) => runtime.query('SELECT * FROM later'));
      }),
    ));

  it('depends on nothing of the template, which can be dropped', async () => {
    const template = await built(small);
    await withClone(template, testTenant(), async ({ db }) => {
      expect(await dropUnwantedTemplates(testServer(), { home, wanted: new Set() })).toContain(template.name);
      expect(await serverObjects(template.name)).toEqual([]);
      await using(connectAs(db, 'owner'), (owner) => owner.query('SELECT * FROM notes'));
    });
  });

  it('is made by several at once', async () => {
    const template = await built(small);
    const tenants = Array.from({ length: 6 }, () => testTenant());
    await Promise.all(tenants.map((tenant) => withClone(template, tenant, () => Promise.resolve())));
  });

  it('needs no superuser', async () => {
    const made = testTenant();
    const user = `admin_of_${made.db.name}`;
    const { ownerPassword: password } = made.db;
    await asAdmin(`CREATE ROLE ${user} LOGIN CREATEDB CREATEROLE PASSWORD '${password.reveal()}'`);
    const server = { ...made.db.server, user, password };
    await withClone(await built(small, server), { ...made, db: { ...made.db, server } }, async ({ db }) => {
      await using(connectAs(db, 'runtime'), (runtime) => runtime.query('SELECT * FROM notes'));
    });
    await dropUnwantedTemplates(server, { home, wanted: new Set() });
    await asAdmin(`DROP ROLE ${user}`);
  });

  it('is refused, and taken back, where the template is not what it says', async () => {
    const template = await built(small);
    const { db, identity } = testTenant();
    const creating = createTenantDatabase(db, identity, {
      template: { ...template, fingerprint: 'another' },
    });
    await expect(creating).rejects.toMatchObject({
      code: 'CREATION_FAILED',
      cause: { code: 'TEMPLATE_STALE' },
    });
    expect(await serverObjects(db.name)).toEqual([]);
    await dropUnwantedTemplates(testServer(), { home, wanted: new Set() });
    await expect(createTenantDatabase(db, identity, { template })).rejects.toThrow(/does not exist/);
    expect(await serverObjects(db.name)).toEqual([]);
  });
});

const lastSteps = ['roles', 'database', 'access', 'inside', 'proof'];

describe('a creation from a template that was killed', () => {
  it.each(lastSteps)('after step "%s" is removed by the next one', async (last) => {
    const template = await built(small);
    const { db, identity } = testTenant();
    await using(connectServer(db.server), async (admin) => {
      const facts = await gatherFacts(admin, { db, identity, options: { template } });
      const connections = new TenantConnections(db);
      for (const step of creationSteps(facts, { admin, template, connections })) {
        await step.run();
        if (step.name === last) break;
      }
      await connections.close();
    });
    expect(await serverObjects(db.name)).not.toEqual([]);
    const retry = { ...identity, id: randomUUID() };
    await withClone(template, { db, identity: retry }, () => Promise.resolve());
  });

  it('is not what a database with rows and a stamp is taken for', async () => {
    const template = await built(small);
    await withClone(template, testTenant(), async ({ db, identity }) => {
      await asAdmin(`COMMENT ON DATABASE ${db.name} IS NULL`);
      const another = { ...identity, id: randomUUID() };
      await expect(createTenantDatabase(db, another)).rejects.toThrow(/exists already/);
    });
  });
});

describe('a template', () => {
  it('is built anew after its builder was killed, at whichever step', async () => {
    for (let step = 1; ; step += 1) {
      const wasKilled = await buildAndDie(step);
      const { isNew } = (await buildTemplate({ server: testServer(), spec: simple(home) })) ?? {};
      // Come to its end, it has built it.
      expect([step, isNew]).toEqual([step, wasKilled]);
      await dropUnwantedTemplates(testServer(), { home, wanted: new Set() });
      expect([step, await serverObjects(smallName)]).toEqual([step, []]);
      if (!wasKilled) return;
      if (step > 30) throw new TypeError('it never came to its end');
    }
  }, 120_000);

  it('that nobody finished is removed with the next that goes', async () => {
    await buildAndDie(3);
    expect(await serverObjects(smallName)).toHaveLength(3);
    await dropUnwantedTemplates(testServer(), { home: '/another', wanted: new Set() });
    expect(await serverObjects(smallName)).toEqual([]);
  });

  it('lets nobody in, and says on the server what it is', async () => {
    const template = await built(small);
    const connecting = connectAs({ ...testTenant().db, server: testServer(), name: template.name }, 'admin');
    await expect(connecting).rejects.toThrow(/not currently accepting connections/);
    expect(template).toMatchObject({ home, application: 'web', release: '1.1.0' });
    expect(await using(connectServer(testServer()), (admin) => findTemplates(admin, template.name))).toEqual([
      template,
    ]);
  });

  it('is built once for the same migrations, by whichever release, and anew for others', async () => {
    const template = await built(small);
    expect(await buildTemplate({ server: testServer(), spec: { ...small, release: '2' } })).toEqual({
      template,
      isNew: false,
    });
    const edited = { ...small, hashes: { ...small.hashes, Step1700000000002: 'edited' } };
    const found = using(connectServer(testServer()), (admin) => findTemplate(admin, edited));
    expect(await found).toBeUndefined();
    expect(templateName({ ...small, hashes: {} })).toBeUndefined();
    const wanted = new Set([template.name]);
    expect(await dropUnwantedTemplates(testServer(), { home: '/another', wanted: new Set() })).toEqual([]);
    expect(await dropUnwantedTemplates(testServer(), { home, wanted })).toEqual([]);
  });

  it('is built by one of several who need it', async () => {
    const made = await Promise.all([1, 2, 3].map(() => buildTemplate({ server: testServer(), spec: small })));
    expect(made.filter((each) => each?.isNew === true)).toHaveLength(1);
  });

  it('is not built of migrations that write other rows each time', async () => {
    const spec = specOf([
      migration(1, 'CREATE TABLE keys (id serial, key uuid)'),
      migration(2, 'INSERT INTO keys (key) VALUES (gen_random_uuid())'),
    ]);
    await expect(buildTemplate({ server: testServer(), spec })).rejects.toThrow(
      'the migrations write other rows into public.keys each time they run.',
    );
    expect(await serverObjects(templateName(spec) ?? '')).toEqual([]);
  });

  it('leaves nothing when a migration fails', async () => {
    const spec = specOf([migration(1, 'SELECT * FROM nowhere')]);
    await expect(buildTemplate({ server: testServer(), spec })).rejects.toThrow(
      /relation "nowhere" does not exist/,
    );
    expect(await serverObjects(templateName(spec) ?? '')).toEqual([]);
  });
});
