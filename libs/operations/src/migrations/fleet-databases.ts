import { realpathSync } from 'node:fs';
import type { Application, Fleet, LoadedSettings, TenantName } from '#libs/settings';
import { type Identity, readConnectionLimits, type ServerAddress, type TenantDatabase } from '#libs/database';
import {
  type DescribedMigration,
  type Release,
  describeMigrations,
  loadApplication,
  openRelease,
} from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { judgeFleet, loadFleet } from '../fleet.js';
import { reachServer } from '../home/postgres.js';
import { type OwnRelease, ownReleaseOf, releaseFor } from '../releases/release-of.js';
import { once } from './once.js';
import { databaseAt, identityOf } from '../tenants/tenant-database.js';

/** What one application of a release brings. */
export interface ReleaseMigrations {
  readonly release: Release;
  readonly application: Application;
  readonly described: readonly DescribedMigration[];
  readonly hashes: Readonly<Record<string, string>>;
}

export interface ReachedTenant {
  readonly loaded: LoadedSettings;
  readonly db: TenantDatabase;
  readonly identity: Identity;
  readonly of: ReleaseMigrations;
}

/**
 * The databases of a fleet for one command: settings, claims, servers and releases are looked at once, not once a
 * tenant.
 */
export class FleetDatabases {
  readonly #servers = new Map<string, Promise<ServerAddress>>();
  readonly #limits = new Map<string, Promise<ReadonlyMap<string, number>>>();
  readonly #releases = new Map<string, Promise<ReleaseMigrations>>();
  readonly #judge: (tenant: TenantName) => LoadedSettings;

  private constructor(
    private readonly dependencies: Dependencies,
    readonly fleet: Fleet,
    /** Stands in for whichever release each tenant would run. */
    private readonly release: Release | undefined,
    /** But not for tenants that have one of their own for such a reason. */
    private readonly except: readonly OwnRelease['why'][],
  ) {
    this.#judge = judgeFleet(dependencies, fleet);
  }

  static async open(
    dependencies: Dependencies,
    release?: Release,
    except: readonly OwnRelease['why'][] = [],
  ): Promise<FleetDatabases> {
    return new FleetDatabases(dependencies, await loadFleet(dependencies), release, except);
  }

  /** Throws what keeps anybody from touching this tenant's database; does not connect. */
  async reach(tenant: TenantName): Promise<ReachedTenant> {
    const loaded = this.#judge(tenant);
    const db = await databaseAt(loaded, await this.server(loaded.settings.database.server));
    return { loaded, db, identity: await identityOf(loaded), of: await this.migrationsOf(loaded) };
  }

  /** An embedded server is started when it does not run. */
  server(name: string): Promise<ServerAddress> {
    return once(this.#servers, name, () => reachServer(this.dependencies, name));
  }

  /** How many connections a role of a server may have; undefined for any number, or where it could not be asked. */
  async connectionLimitOf({ server, runtimeRole }: TenantDatabase): Promise<number | undefined> {
    const limits = once(this.#limits, server.name ?? '', () => readConnectionLimits(server));
    return (await limits.catch(() => undefined))?.get(runtimeRole);
  }

  async migrationsOf(loaded: LoadedSettings): Promise<ReleaseMigrations> {
    const own = this.except.length > 0 ? ownReleaseOf(this.dependencies, loaded) : undefined;
    const standIn = own && this.except.includes(own.why) ? undefined : this.release;
    const release = standIn ?? releaseFor(this.dependencies, loaded);
    const { app } = loaded.settings;
    return once(this.#releases, `${release.dir} ${app}`, async () =>
      // Its settings are read as its own release declares them.
      describeRelease(release, standIn ? await loadApplication(release, app) : loaded.application),
    );
  }
}

export function describeRelease(release: Release, application: Application): ReleaseMigrations {
  const described = describeMigrations(release, application);
  const known = described.flatMap(({ name, hash }): [string, string][] =>
    hash === undefined ? [] : [[name, hash]],
  );
  return { release, application, described, hashes: Object.fromEntries(known) };
}

/** The release that was typed: one of the home, or `checkout`. Throws UnknownRelease (exit 2). */
export function releaseNamed(
  { home, codeRoot }: Pick<Dependencies, 'home' | 'codeRoot'>,
  id: string,
): Release {
  return id === 'checkout'
    ? { id, dir: realpathSync(codeRoot), kind: 'checkout' }
    : openRelease(home.paths, id);
}
