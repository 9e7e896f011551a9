import { createHash } from 'node:crypto';
import { RefusedError } from '#libs/settings';
import {
  connectAs,
  connectServer,
  type DatabaseState,
  describeReference,
  differenceFrom,
  findTemplate,
  fingerprintOf,
  migrationNames,
  readProvenState,
  readSchema,
  type SchemaChange,
  type SchemaDescription,
  using,
} from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { specOf } from '../tenants/templates.js';
import type { ReachedTenant } from './fleet-databases.js';
import { once } from './once.js';

export class NothingToCompare extends RefusedError {
  override readonly code = 'NOTHING_TO_COMPARE';
}

/** A tenant's database, read over one connection. */
export interface TenantSchema {
  readonly state: DatabaseState;
  readonly schema: SchemaDescription;
}

/** @throws WrongTenant and what connecting throws; proves whose database it is before it reads any of it. */
export function readTenantSchema({ db, identity }: ReachedTenant): Promise<TenantSchema> {
  return using(connectAs(db, 'runtime'), async (connection) => {
    const state = await readProvenState(connection, identity);
    return { state, schema: await readSchema(connection, db) };
  });
}

/**
 * What releases make of an empty database, to compare tenants with. The fingerprint of a template tells most tenants at
 * once that they are alike; for the others one scratch database is migrated for each server, release and head, however
 * many tenants are compared with it.
 */
export class SchemaReferences {
  readonly #made = new Map<string, Promise<SchemaDescription>>();
  readonly #fingerprints = new Map<string, Promise<string | undefined>>();

  constructor(private readonly dependencies: Dependencies) {}

  /**
   * How the tenant differs from what its release makes up to its head; with placeholders for its names.
   * @throws NothingToCompare for migrations that the release does not have.
   */
  async differencesOf(reached: ReachedTenant, { state, schema }: TenantSchema): Promise<SchemaChange[]> {
    const applied = appliedOf(reached, state);
    if (applied.size === reached.of.application.migrations.length) {
      const ofTemplate = await this.#fingerprintFor(reached);
      if (ofTemplate === fingerprintOf(schema)) return [];
    }
    return differenceFrom(await this.#referenceFor(reached, applied), schema);
  }

  #fingerprintFor({ db, of }: ReachedTenant): Promise<string | undefined> {
    const spec = specOf(this.dependencies.home.paths.home, of);
    return once(
      this.#fingerprints,
      [db.server.name, of.release.dir, spec.application].join('\0'),
      async () => {
        const template = await using(connectServer(db.server), (admin) => findTemplate(admin, spec));
        return template?.fingerprint;
      },
    );
  }

  #referenceFor({ db, of }: ReachedTenant, applied: ReadonlySet<string>): Promise<SchemaDescription> {
    const { migrations, name } = of.application;
    const names = migrationNames(migrations);
    const digest = createHash('sha256')
      .update(JSON.stringify([...applied].toSorted()))
      .digest('hex');
    return once(this.#made, [db.server.name, of.release.dir, name, digest].join('\0'), () =>
      describeReference(
        db.server,
        migrations.filter((_, index) => applied.has(names[index] ?? '')),
      ),
    );
  }
}

function appliedOf({ identity, of }: ReachedTenant, { history }: DatabaseState): Set<string> {
  const names = migrationNames(of.application.migrations);
  const applied = new Set(history.map(({ name }) => name));
  const foreign = [...applied].filter((name) => !names.includes(name));
  if (foreign.length > 0) throw newerThan(identity.tenant, of.release.id, foreign);
  return applied;
}

function newerThan(tenant: string, release: string, foreign: readonly string[]): NothingToCompare {
  return new NothingToCompare(
    `${tenant}: has ${foreign.join(', ')}, which release ${release} does not know, so it cannot make the like.`,
    { tenant, hint: 'Compare with the release that brought it, by --release.' },
  );
}
