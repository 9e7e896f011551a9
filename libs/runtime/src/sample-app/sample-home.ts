import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  createTenantDatabase,
  dropTenantDatabase,
  type Identity,
  migrateDatabase,
  type ServerAddress,
  type TenantDatabase,
} from '#libs/database';
import { claimMediaRoot } from '#libs/media';
import { type MigrationClass, Secret } from '#libs/settings';

import { application } from './application.js';

/** A tenant of the sample application, made on a Postgres server. */
export interface SampleTenant {
  readonly name: string;
  readonly identity: Identity;
  readonly database: TenantDatabase;
  readonly mediaRoot: string;
  readonly socket: string;
  /** Replaces its `settings.yaml`; JSON is YAML. */
  writeOverlay(overlay: Readonly<Record<string, unknown>>): void;
}

/** A home in a temporary folder, with the tenants that a test or benchmark makes in it. */
export class SampleHome {
  readonly dir = mkdtempSync(join(tmpdir(), 'tenantry home-'));
  readonly #tenants: SampleTenant[] = [];

  constructor(private readonly server: ServerAddress) {
    for (const folder of ['tenants', 'run', 'state', 'releases', 'backups']) mkdirSync(join(this.dir, folder));
    const { host, port, user, database, ssl } = server;
    this.#write('tenantry.yaml', {
      postgres: { default: 'main', servers: { main: { host, port, user, database, ssl } } },
    });
    const password = server.password?.reveal();
    this.#write('secrets.yaml', { postgres: { servers: { main: { password } } } });
  }

  /** Creates, migrates and claims all that a tenant has. */
  async addTenant(
    name: string,
    migrations: readonly MigrationClass[] = application.migrations,
  ): Promise<SampleTenant> {
    const tenant = this.#describe(name);
    mkdirSync(join(this.dir, 'tenants', name));
    tenant.writeOverlay({});
    const { database: db, identity, mediaRoot } = tenant;
    const { ownerPassword, runtimePassword } = db;
    this.#write(join('tenants', name, 'secrets.yaml'), {
      database: { ownerPassword: ownerPassword.reveal(), runtimePassword: runtimePassword.reveal() },
    });
    await createTenantDatabase(db, identity);
    this.#tenants.push(tenant);
    await migrateDatabase({ db, identity, migrations, lockWaitMs: 10_000 });
    await claimMediaRoot(mediaRoot, identity);
    return tenant;
  }

  /** Drops every database and removes the folder. */
  async remove(): Promise<void> {
    for (const { database, identity } of this.#tenants) await dropTenantDatabase(database, identity);
    rmSync(this.dir, { recursive: true, force: true });
  }

  #describe(name: string): SampleTenant {
    // Names of databases and roles are the server's, and other tests use it too.
    const database = `sample_${name}_${randomUUID().slice(0, 8)}`;
    return {
      name,
      identity: { tenant: name, id: randomUUID() },
      database: {
        server: this.server,
        name: database,
        ownerRole: `${database}_owner`,
        runtimeRole: database,
        ownerPassword: new Secret(randomUUID()),
        runtimePassword: new Secret(randomUUID()),
      },
      mediaRoot: join(this.dir, 'tenants', name, 'media'),
      socket: join(this.dir, 'run', `${name}.sock`),
      writeOverlay: (overlay) =>
        this.#write(join('tenants', name, 'settings.yaml'), {
          app: application.name,
          hosts: [`${name}.localhost`],
          database: { name: database },
          ...overlay,
        }),
    };
  }

  #write(file: string, content: unknown): void {
    writeFileSync(join(this.dir, file), `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  }
}
