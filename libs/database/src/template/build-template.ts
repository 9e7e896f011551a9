import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '#libs/settings';
import type { Identity, ServerAddress, TenantDatabase } from '../addresses.js';
import { connectAs, connectServer, type Connection, using } from '../connect.js';
import { createTenantDatabase } from '../create.js';
import { DatabaseLocked } from '../errors.js';
import { migrateDatabase } from '../migrate.js';
import { claimName } from '../name-lock.js';
import { quoteIdentifier as quoted, quoteLiteral } from '../quote.js';
import { fingerprintOf, readSchema } from '../schema/read-schema.js';
import type { SchemaDescription } from '../schema/schema-object.js';
import { inTransaction, runAll } from '../transaction.js';
import { dropTemplateNamed } from './drop-templates.js';
import { refuseVaryingRows } from './varying-rows.js';
import { renewalOf } from './renew-clone.js';
import {
  findTemplates,
  formatTemplateMark,
  rolesOf,
  type Template,
  type TemplateSpec,
  templateName,
} from './template.js';

export interface TemplateBuild {
  readonly server: ServerAddress;
  readonly spec: TemplateSpec;
  readonly signal?: AbortSignal | undefined;
  /** Called at each step by its name, so that a test can end the process at every one of them. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/** How long somebody else's building is waited for: migrating takes about as long. */
const waitMs = 20_000;

/** The template for these migrations, if it is there. */
export async function findTemplate(admin: Connection, spec: TemplateSpec): Promise<Template | undefined> {
  const name = templateName(spec);
  return name === undefined ? undefined : (await findTemplates(admin, name))[0];
}

/**
 * Makes the template by migrating an empty database once, unless it is there; what a killed builder has left is made
 * anew. Undefined where none can be named: see templateName.
 * @throws VaryingRows when it would not be the same as a migrated database, DatabaseLocked when somebody else builds it
 * for too long, and what creating and migrating throw. Nothing is left behind then.
 */
export async function buildTemplate(
  build: TemplateBuild,
): Promise<{ template: Template; isNew: boolean } | undefined> {
  const name = templateName(build.spec);
  if (name === undefined) return undefined;
  return using(connectServer(build.server), async (admin) => {
    if (!(await claimName(admin, name, { waitMs, signal: build.signal }))) throw beingBuilt(name);
    const [ready] = await findTemplates(admin, name);
    if (ready) return { template: ready, isNew: false };
    await dropTemplateNamed(admin, name);
    try {
      return { template: await make(admin, build, name), isNew: true };
    } catch (error) {
      await using(connectServer(build.server), (again) => dropTemplateNamed(again, name));
      throw error;
    }
  });
}

async function make(admin: Connection, build: TemplateBuild, name: string): Promise<Template> {
  const { server, spec, signal, onStep } = build;
  const db: TenantDatabase = { server, name, ...rolesOf(name), ...passwords() };
  const identity: Identity = { tenant: 'template', id: randomUUID() };
  await createTenantDatabase(db, identity);
  onStep?.('created');
  const { migrations, hashes, home, application, release } = spec;
  await migrateDatabase({ ...{ db, identity, migrations, hashes, signal }, lockWaitMs: 1000 });
  onStep?.('migrated');
  await refuseVaryingRows(db, migrations);
  const schema = await using(connectAs(db, 'runtime'), (connection) => readSchema(connection, db));
  await using(connectAs(db, 'admin'), (inside) => makeAnonymous(inside, schema));
  onStep?.('anonymous');
  const template: Template = { name, home, application, release, fingerprint: fingerprintOf(schema) };
  await runAll(admin, closingSql(template));
  onStep?.('closed');
  return template;
}

/** For as long as it is built. */
function passwords(): Pick<TenantDatabase, 'ownerPassword' | 'runtimePassword'> {
  const made = (): Secret => new Secret(randomBytes(18).toString('base64url'));
  return { ownerPassword: made(), runtimePassword: made() };
}

/** Nobody's: without a stamp, and with what each clone needs for becoming somebody's. */
function makeAnonymous(inside: Connection, schema: SchemaDescription): Promise<void> {
  return inTransaction(inside, async () => {
    await inside.query('DELETE FROM tenantry.stamp');
    await inside.query(`COMMENT ON SCHEMA tenantry IS ${quoteLiteral(JSON.stringify(renewalOf(schema)))}`);
  });
}

// All at once. The database is the admin's from here on: handing on what its owner role owns must not include it.
function closingSql(template: Template): string[] {
  const { ownerRole, runtimeRole } = rolesOf(template.name);
  const [database, owner, runtime] = [template.name, ownerRole, runtimeRole].map(quoted);
  return [
    `REVOKE ALL ON DATABASE ${database} FROM ${owner}, ${runtime}`,
    `ALTER DATABASE ${database} OWNER TO CURRENT_USER`,
    `ALTER ROLE ${owner} NOLOGIN PASSWORD NULL`,
    `ALTER ROLE ${runtime} NOLOGIN PASSWORD NULL`,
    `ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`,
    `COMMENT ON DATABASE ${database} IS ${quoteLiteral(formatTemplateMark(template))}`,
  ];
}

function beingBuilt(name: string): DatabaseLocked {
  return new DatabaseLocked(`template "${name}" is being built by another command.`, {
    hint: 'Wait for it to end, then try again.',
  });
}
