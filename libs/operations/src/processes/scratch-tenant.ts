import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Application,
  createSettingsLoader,
  type Home,
  homePaths,
  type LoadedSettings,
  type PostgresServer,
  parseTenantName,
  writeFileAtomically,
} from '#libs/settings';
import { type ServerAddress, dropTenantDatabase } from '#libs/database';
import { loadApplication, type Release } from '#libs/release';
import { type Dependencies, nodeEnvOf } from '../dependencies.js';
import { reachServer } from '../home/postgres.js';
import { migrateTenants } from '../migrations/migrate-tenants.js';
import { errorText } from '../outcome.js';
import { silentReport } from '../report.js';
import { isCreated } from '../tenants/created.js';
import { createTenant } from '../tenants/create-tenant.js';
import { identityOf, tenantDatabase } from '../tenants/tenant-database.js';
import { tenantEnvironment } from './environment.js';

const name = parseTenantName('dry-boot');

export interface ScratchKind {
  readonly release: Release;
  readonly app: string;
}

/**
 * Tenants with nothing to lose, on which spares boot dry: one for each application and release, in a home of its own
 * below `run/scratch`, with a database `tenantry_scratch_<hash>` on the home's default server.
 */
export class ScratchTenants {
  readonly #made = new Map<string, Promise<Dependencies>>();

  constructor(private readonly dependencies: Dependencies) {}

  /** The environment of a process of this kind's scratch tenant, which is made unless there is one. */
  async environment(kind: ScratchKind): Promise<Record<string, string>> {
    const key = folderName(kind);
    const made = this.#made.get(key) ?? this.#make(kind);
    this.#made.set(key, made);
    // A failure is not for ever.
    made.catch(() => this.#made.delete(key));
    const dependencies = await made;
    return tenantEnvironment(dependencies, (await dependencies.settings()).load(name));
  }

  /** Removes all but these, such as those of earlier releases, with their databases. */
  async prune(kinds: readonly ScratchKind[]): Promise<void> {
    const kept = new Set(kinds.map(folderName));
    const { run } = this.dependencies.home.paths;
    const folder = join(run, 'scratch');
    for (const found of readdirOrNone(folder)) {
      if (kept.has(found) || this.#made.has(found)) continue;
      try {
        await this.#remove(join(folder, found));
      } catch (error) {
        this.dependencies.report.warn(`spares: ${join(folder, found)} is not removed: ${errorText(error)}`);
      }
    }
  }

  async #make(kind: ScratchKind): Promise<Dependencies> {
    const dir = join(this.dependencies.home.paths.run, 'scratch', folderName(kind));
    const scratch = await this.#dependencies(dir, kind);
    const overlay = join(dir, 'tenants', name, 'settings.yaml');
    mkdirSync(join(dir, 'tenants', name), { recursive: true, mode: 0o700 });
    const database = `tenantry_scratch_${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`;
    const text = { app: kind.app, hosts: ['scratch.invalid'], database: { name: database } };
    writeFileAtomically(overlay, `${JSON.stringify(text, undefined, 2)}\n`, 0o600);
    if (isCreated((await scratch.settings()).load(name))) {
      await migrateTenants(scratch, { targets: { names: [name], all: false, exclude: [] }, plan: false });
    } else {
      await createTenant(scratch, { name, fromTemplate: false, plan: false });
    }
    return scratch;
  }

  async #remove(dir: string): Promise<void> {
    const scratch = await this.#dependencies(dir);
    const loaded: LoadedSettings = (await scratch.settings()).load(name);
    if (isCreated(loaded)) {
      await dropTenantDatabase(await tenantDatabase(scratch, loaded), await identityOf(loaded));
    }
    rmSync(dir, { recursive: true, force: true });
  }

  /** As for the home, but in a home of the scratch tenant's own, which a process of that tenant can open, too. */
  async #dependencies(dir: string, kind?: ScratchKind): Promise<Dependencies> {
    const { dependencies } = this;
    const server = await reachServer(dependencies, dependencies.home.host.postgres.default);
    const main = serverOf(server);
    writeHome(dir, main);
    const home = scratchHome(dependencies.home, dir, main);
    const { env } = dependencies;
    const release = kind?.release ?? dependencies.currentRelease();
    const applications = (): Promise<readonly Application[]> => applicationsOf(dependencies, release, kind);
    return {
      ...{ ...dependencies, home, release, applications },
      ...{ report: silentReport, command: 'spares' },
      currentRelease: () => release,
      rereadHome: () => home,
      settings: async () =>
        createSettingsLoader({
          ...{ home, env, releaseDir: release.dir, nodeEnv: nodeEnvOf(env) },
          application: await applications(),
        }),
    };
  }
}

function folderName({ release, app }: ScratchKind): string {
  return `${app}-${release.id}`;
}

/** The server itself, never its pooler, to which scratch tenants come and go too fast. */
function serverOf({ pooler: _pooler, ...address }: ServerAddress): PostgresServer {
  return { ...address, name: 'main', embedded: false };
}

function scratchHome({ host }: Home, dir: string, main: PostgresServer): Home {
  return { paths: homePaths(dir), host: { ...host, postgres: { default: 'main', servers: { main } } } };
}

function writeHome(dir: string, main: PostgresServer): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { name: _name, embedded: _embedded, password: _password, ...written } = main;
  const settings = { postgres: { default: 'main', servers: { main: written } } };
  writeFileAtomically(join(dir, 'tenantry.yaml'), `${JSON.stringify(settings, undefined, 2)}\n`, 0o600);
}

async function applicationsOf(
  dependencies: Dependencies,
  release: Release,
  kind: ScratchKind | undefined,
): Promise<readonly Application[]> {
  const isCurrent = release.dir === dependencies.currentRelease().dir;
  if (kind === undefined || isCurrent) return dependencies.applications();
  return [await loadApplication(release, kind.app)];
}

function readdirOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
