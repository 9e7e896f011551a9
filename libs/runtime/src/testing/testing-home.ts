import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { stringify } from 'yaml';

import {
  createTenantDatabase,
  dropTenantDatabase,
  type Identity,
  migrateDatabase,
  type ServerAddress,
  setUpDatabase,
  type TenantDatabase,
} from '#libs/database';
import { claimMediaRoot, MediaStorage } from '#libs/media';
import { type Application, type FirstAdmin, Secret } from '#libs/settings';

export type Overlay = Readonly<Record<string, unknown>>;

export interface AddTenantOptions {
  /** What `settings.yaml` says beside app, hosts and database: `{ site: { title: 'Acme' } }`. */
  readonly overlay?: Overlay | undefined;
  /** Files in the tenant's folder, such as `templates/page.liquid`. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Given: the application's `setUp` runs with this account. */
  readonly admin?: FirstAdmin | undefined;
  /** Sample content for `setUp`. */
  readonly seedDir?: string | undefined;
  /** Default: all of the application's. */
  readonly migrations?: Application['migrations'] | undefined;
}

/** A tenant with all that it has: overlay, secrets, migrated database, media root. */
export interface TestingTenant {
  readonly name: string;
  readonly identity: Identity;
  readonly database: TenantDatabase;
  readonly mediaRoot: string;
  readonly socket: string;
  /** Replaces what `settings.yaml` says beside app, hosts and database. */
  writeOverlay(overlay: Overlay): void;
}

const gigabyte = 1024 ** 3;

/** A throw-away home in a temporary folder, on a Postgres server that others may use meanwhile. */
export class TestingHome {
  // With a space, as homes of real people have.
  readonly dir = mkdtempSync(join(tmpdir(), 'tenantry home-'));
  readonly #tenants: TestingTenant[] = [];

  constructor(
    private readonly server: ServerAddress,
    private readonly application: Application,
  ) {
    for (const folder of ['tenants', 'run', 'state', 'releases', 'backups'])
      mkdirSync(join(this.dir, folder));
    const { host, port, user, database, ssl, password } = server;
    this.#write('tenantry.yaml', {
      postgres: { default: 'main', servers: { main: { host, port, user, database, ssl } } },
    });
    this.#write('secrets.yaml', { postgres: { servers: { main: { password: password?.reveal() } } } });
  }

  async addTenant(name: string, options: AddTenantOptions = {}): Promise<TestingTenant> {
    const tenant = this.#describe(name);
    const { database: db, identity, mediaRoot } = tenant;
    mkdirSync(join(this.dir, 'tenants', name));
    tenant.writeOverlay(options.overlay ?? {});
    for (const [path, text] of Object.entries(options.files ?? {})) {
      const file = join(this.dir, 'tenants', name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const { ownerPassword, runtimePassword } = db;
    this.#write(join('tenants', name, 'secrets.yaml'), {
      database: { ownerPassword: ownerPassword.reveal(), runtimePassword: runtimePassword.reveal() },
    });
    await createTenantDatabase(db, identity);
    this.#tenants.push(tenant);
    const { migrations = this.application.migrations } = options;
    await migrateDatabase({ db, identity, migrations, lockWaitMs: 10_000 });
    await claimMediaRoot(mediaRoot, identity);
    await this.#setUp(tenant, options);
    return tenant;
  }

  /** Drops every database and removes the folder. */
  async remove(): Promise<void> {
    for (const { database, identity } of this.#tenants.splice(0))
      await dropTenantDatabase(database, identity);
    rmSync(this.dir, { recursive: true, force: true });
  }

  #describe(name: string): TestingTenant {
    // Databases and roles are the server's, whose other users may have an "acme" too.
    const database = `testing_${name.replaceAll('-', '_')}_${randomUUID().slice(0, 8)}`;
    const given = { app: this.application.name, hosts: [`${name}.localhost`], database: { name: database } };
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
        this.#write(join('tenants', name, 'settings.yaml'), { ...given, ...overlay }),
    };
  }

  async #setUp({ database, identity, mediaRoot }: TestingTenant, options: AddTenantOptions): Promise<void> {
    const { admin, seedDir } = options;
    if (admin === undefined) return;
    const media = new MediaStorage({ root: mediaRoot, quotaBytes: gigabyte, uploadLimitBytes: gigabyte });
    await setUpDatabase({ db: database, expected: identity }, async (db) =>
      this.application.setUp?.({ db, media, admin, seedDir }),
    );
  }

  /** As people and `tenant create` write settings: reading them takes another way, and time, than reading JSON. */
  #write(file: string, content: unknown): void {
    writeFileSync(join(this.dir, file), stringify(content), { mode: 0o600 });
  }
}
