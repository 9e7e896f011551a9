import {
  compareMigrations,
  expandingOf,
  foreignOf,
  type Identity,
  inspectDatabase,
  type Inspection,
} from '#libs/database';
import type { LoadedSettings, TenantryError } from '#libs/settings';
import { FleetDatabases } from '../migrations/fleet-databases.js';
import { errorText, forEachOf } from '../outcome.js';
import { databaseAt } from '../tenants/tenant-database.js';
import { accessFindings } from './access-findings.js';
import { accessRepair } from './access-repair.js';
import { runningServer, serverText } from './check-servers.js';
import { type Examined, settledTenants } from './examine.js';
import { found, type Found } from './finding.js';
import { shortened } from '../shortened.js';

/** Each takes one connection, for a moment; two where its role cannot see enough. */
const atOnce = 8;

/** The inside of each tenant's database, as its process sees it at its start. One that fails stops no other. */
export async function checkDatabases(examined: Examined): Promise<Found[]> {
  const databases = await FleetDatabases.open(examined.dependencies);
  const results = new Map<string, Found[]>();
  const tenants = settledTenants(examined).filter((loaded) => hasParts(examined, loaded));
  const byServer = Map.groupBy(tenants, ({ settings }) => settings.database.server);
  const look = async (loaded: LoadedSettings): Promise<void> => {
    const check = new DatabaseCheck(examined, databases, loaded);
    results.set(loaded.tenant, await check.all().catch((error: unknown) => [check.failed(error)]));
  };
  await Promise.all([...byServer.values()].map((members) => forEachOf(members, atOnce, look)));
  return tenants.flatMap(({ tenant }) => results.get(tenant) ?? []);
}

/** What is missing altogether was told of already. */
function hasParts(examined: Examined, { settings }: LoadedSettings): boolean {
  const { server, name, ownerRole, runtimeRole } = settings.database;
  const inventory = runningServer(examined, server)?.inventory;
  return (
    inventory?.databases.has(name) === true &&
    [ownerRole, runtimeRole].every((role) => inventory.roles.has(role))
  );
}

class DatabaseCheck {
  readonly #where: string;

  constructor(
    private readonly examined: Examined,
    private readonly databases: FleetDatabases,
    private readonly loaded: LoadedSettings,
  ) {
    const { server, name } = loaded.settings.database;
    this.#where = `${serverText(server)}, database "${name}"`;
  }

  async all(): Promise<Found[]> {
    const { loaded, examined } = this;
    const server = runningServer(examined, loaded.settings.database.server);
    if (server === undefined) return [];
    const inspection = await inspectDatabase(await databaseAt(loaded, server.address));
    const { stamp } = inspection;
    const expected = this.#expected();
    const isOurs = stamp?.tenant === loaded.tenant && (expected ?? stamp).id === stamp.id;
    if (!isOurs) return [...this.#logins(inspection), this.#stampWrong(stamp, expected)];
    const repair = accessRepair(loaded, server.address, stamp);
    const role = server.inventory.roles.get(loaded.settings.database.runtimeRole);
    // Who may do everything, or act as others, is told of as that.
    const isPlain = role?.powers.length === 0 && role.memberOf.length === 0;
    const access = isPlain ? accessFindings(inspection.access, { loaded, where: this.#where, repair }) : [];
    return [...this.#logins(inspection), ...access, ...(await this.#schema(inspection))];
  }

  failed(error: unknown): Found {
    const fix = 'Look at the server, then run doctor again.';
    const told = { tenant: this.loaded.tenant, where: this.#where, fix };
    return found('database-unreadable', { ...told, what: 'cannot be looked into', found: errorText(error) });
  }

  /** By the media root, where that says it. */
  #expected(): Identity | undefined {
    const { tenant } = this.loaded;
    const identity = this.examined.identities.get(tenant);
    return typeof identity === 'object' && identity.tenant === tenant ? identity : undefined;
  }

  #logins({ login, ownerLogin }: Inspection): Found[] {
    const { ownerRole, runtimeRole } = this.loaded.settings.database;
    return [...this.#login('runtime', runtimeRole, login), ...this.#login('owner', ownerRole, ownerLogin)];
  }

  #login(kind: string, name: string, failure: TenantryError | undefined): Found[] {
    const { tenant, settings } = this.loaded;
    const role = runningServer(this.examined, settings.database.server)?.inventory.roles.get(name);
    if (failure === undefined || role?.canLogIn === false) return [];
    const isPassword = failure.code === 'WRONG_PASSWORD';
    const fix = isPassword
      ? `tenantry secrets rotate ${tenant}, or restore tenants/${tenant}/secrets.yaml from a backup`
      : (failure.hint ?? 'Look at the server.');
    const told = { tenant, where: this.#where, found: failure.message, fix };
    return [found('login-failed', { ...told, what: `the ${kind} role ${name} cannot log in` })];
  }

  #stampWrong(stamp: Identity | undefined, expected: Identity | undefined): Found {
    const { tenant } = this.loaded;
    const says = stamp === undefined ? 'none that can be read' : `${stamp.tenant} (${stamp.id})`;
    const whom = expected === undefined ? tenant : `${tenant} (${expected.id})`;
    const fix = `Point database.name, or media.root, to ${tenant}'s own: tenantry settings edit ${tenant}`;
    const what = `carries another stamp than ${whom}'s: the tenant does not start, and nothing writes to it`;
    return found('stamp-wrong', { tenant, where: this.#where, what, found: says, fix });
  }

  async #schema({ history }: Inspection): Promise<Found[]> {
    const { release, described } = await this.databases.migrationsOf(this.loaded);
    const known = described.map(({ name }) => name);
    const applied = history.map(({ name }) => name);
    const status = compareMigrations(applied, known);
    const foreign = foreignOf(status, known, expandingOf(history));
    return this.#distance(release.id, status.pending, foreign);
  }

  #distance(release: string, pending: readonly string[], foreign: readonly string[]): Found[] {
    const { tenant } = this.loaded;
    const told = { tenant, where: this.#where };
    const down = `tenantry migrate down --tenant ${tenant} --steps ${foreign.length} --release RELEASE`;
    const behind = {
      ...{ ...told, what: `is older than release ${release}`, found: `pending: ${shortened(pending, 3)}` },
      fix: `tenantry migrate --tenant ${tenant}`,
    };
    const ahead = {
      ...{ ...told, what: `is newer than release ${release}`, found: `unknown: ${shortened(foreign, 3)}` },
      fix: `Deploy the release that has it, or: ${down}`,
    };
    return [
      ...(pending.length > 0 ? [found('schema-behind', behind)] : []),
      ...(foreign.length > 0 ? [found('schema-ahead', ahead)] : []),
    ];
  }
}
