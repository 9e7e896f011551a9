import {
  connectAs,
  leadsTo,
  proveDatabase,
  readPoolMode,
  type RuntimeLogin,
  using,
  WrongIdentity,
} from '#libs/database';
import { type LoadedSettings, type PoolerSettings, runtimeEndpoint } from '#libs/settings';
import { errorText } from '../outcome.js';
import { readLogins } from '../poolers/auth-file.js';
import { admitAll, consoleLogin } from '../poolers/pooler-logins.js';
import { poolerAddress } from '../poolers/pooler-of.js';
import { databaseAt } from '../tenants/tenant-database.js';
import { runningServer } from './check-servers.js';
import { type Examined, settledTenants } from './examine.js';
import { found, type Found, type Repair } from './finding.js';

/** Each pooler as its console and one tenant's process see it. One login tells of all: each takes a connection for itself. */
export async function checkPoolers(examined: Examined): Promise<Found[]> {
  const { servers } = examined.dependencies.home.host.postgres;
  const findings = await Promise.all(
    Object.values(servers).flatMap(({ name, pooler }) =>
      pooler === undefined ? [] : [new PoolerCheck(examined, name, pooler).all()],
    ),
  );
  return findings.flat();
}

class PoolerCheck {
  readonly #where: string;
  readonly #tenants: readonly LoadedSettings[];

  constructor(
    private readonly examined: Examined,
    private readonly server: string,
    private readonly pooler: PoolerSettings,
  ) {
    this.#where = `Pooler of Postgres "${server}"`;
    this.#tenants = settledTenants(examined).filter(({ settings }) => settings.database.server === server);
  }

  async all(): Promise<Found[]> {
    return [...(await this.#console()), ...this.#logins(), ...(await this.#way())];
  }

  /** What it says of itself. */
  async #console(): Promise<Found[]> {
    const address = poolerAddress(this.server, this.pooler);
    if (address === undefined) return [];
    try {
      const mode = await readPoolMode(address);
      if (mode === this.pooler.mode) return [];
      const fix = `Set pool_mode = ${this.pooler.mode} in its configuration, or mode: ${mode} in tenantry.yaml.`;
      const what = `is to share its connections by ${this.pooler.mode}`;
      return [found('pooler-mode-wrong', { where: this.#where, what, found: `pool_mode = ${mode}`, fix })];
    } catch (error) {
      return [this.#unusable('its console cannot be asked', error)];
    }
  }

  #logins(): Found[] {
    const { authFile } = this.pooler;
    if (authFile === undefined) return [];
    const known = readLogins(authFile);
    const [console] = consoleLogin(this.pooler);
    const isLocked = console !== undefined && known.get(console[0]) !== console[1].reveal();
    const missing = this.#tenants.filter(({ settings }) => {
      const { runtimeRole, runtimePassword, runtimePasswordNext } = settings.database;
      const password = known.get(runtimeRole);
      return password !== runtimePassword?.reveal() && password !== (runtimePasswordNext?.reveal() ?? null);
    });
    const told = (whose: string, tenant?: string): Found => {
      const what = `its auth_file does not have the login of ${whose}`;
      return found('pooler-login-missing', { tenant, where: this.#where, what, repair: this.#repair() });
    };
    return [
      ...(isLocked ? [told('its own console')] : []),
      ...missing.map(({ tenant }) => told(`${tenant}'s process`, tenant)),
    ];
  }

  #repair(): Repair {
    return {
      key: `pooler ${this.server}`,
      tenant: null,
      does: `write the logins of all its tenants for the pooler of ${this.server}, and have it read them`,
      run: () => admitAll(this.examined.dependencies, this.server),
    };
  }

  /** Where it leads whom it lets through. */
  async #way(): Promise<Found[]> {
    const [loaded] = this.#tenants;
    const server = runningServer(this.examined, this.server);
    if (loaded === undefined || server === undefined) return [];
    try {
      const db = await databaseAt(loaded, server.address);
      const endpoint = runtimeEndpoint(this.examined.dependencies.home, this.server);
      const login: RuntimeLogin = { ...db, server: endpoint };
      const elsewhere = await this.#elsewhere(loaded, login);
      if (elsewhere !== undefined) return [this.#leadsAstray(loaded, elsewhere)];
      if (await leadsTo(login, server.address)) return [];
      return [this.#leadsAstray(loaded, 'another server')];
    } catch (error) {
      return [this.#unusable(`does not let ${loaded.tenant}'s process through`, error)];
    }
  }

  /** Throws what keeps from connecting. */
  async #elsewhere({ tenant }: LoadedSettings, login: RuntimeLogin): Promise<string | undefined> {
    try {
      await using(connectAs(login, 'runtime'), (connection) => proveDatabase(connection, { tenant }));
      return undefined;
    } catch (error) {
      if (error instanceof WrongIdentity) return errorText(error);
      throw error;
    }
  }

  #leadsAstray({ tenant }: LoadedSettings, to: string): Found {
    const fix = 'Look at [databases] in its configuration.';
    const what = 'does not lead to the server that it is named for';
    return found('pooler-elsewhere', { tenant, where: this.#where, what, found: to, fix });
  }

  #unusable(what: string, error: unknown): Found {
    const fix = 'Check that it runs, its address and login in tenantry.yaml, and its auth_file.';
    return found('pooler-unusable', { where: this.#where, what, found: errorText(error), fix });
  }
}
