import type { Identity, InventoryDatabase, InventoryRole, ServerInventory } from '#libs/database';
import type { LoadedSettings } from '#libs/settings';
import { accessRepair } from './access-repair.js';
import { runningServer, serverText } from './check-servers.js';
import { type Examined, settledTenants } from './examine.js';
import { found, type Found, type Repair, type Told } from './finding.js';
import type { FindingId } from './catalog.js';

/** Each tenant's database and roles, as the server lists them. */
export function checkRoles(examined: Examined): Found[] {
  return settledTenants(examined).flatMap((loaded) => {
    const { tenant, settings } = loaded;
    const server = runningServer(examined, settings.database.server);
    const identity = examined.identities.get(tenant);
    if (server === undefined) return [];
    const own = typeof identity === 'object' && identity.tenant === tenant ? identity : undefined;
    const repair = own && accessRepair(loaded, server.address, own);
    return new RoleCheck(loaded, server.inventory, { identity: own, repair }).all();
  });
}

interface Known {
  /** Undefined where the media root does not say who the tenant is. */
  readonly identity: Identity | undefined;
  readonly repair: Repair | undefined;
}

type OwnTold = Omit<Told, 'where' | 'tenant'>;

class RoleCheck {
  readonly #names: LoadedSettings['settings']['database'];

  constructor(
    private readonly loaded: LoadedSettings,
    private readonly inventory: ServerInventory,
    private readonly known: Known,
  ) {
    this.#names = loaded.settings.database;
  }

  all(): Found[] {
    const { name, ownerRole, runtimeRole } = this.#names;
    const database = this.inventory.databases.get(name);
    if (database === undefined) return [this.#databaseMissing()];
    return [
      ...this.#mark(`database "${name}"`, database.mark),
      ...this.#database(database),
      ...[ownerRole, runtimeRole].flatMap((role) => this.#role(role)),
    ];
  }

  #databaseMissing(): Found {
    const { tenant } = this.loaded;
    const { name, ownerRole, runtimeRole } = this.#names;
    const roles = [ownerRole, runtimeRole].filter((role) => !this.inventory.roles.has(role));
    const gone = roles.length === 0 ? undefined : `no role ${roles.join(' and none ')} either`;
    const fix = `Restore it from a backup, or correct database.name: tenantry settings edit ${tenant}`;
    return this.#found('database-missing', `database "${name}"`, { what: 'is not there', found: gone, fix });
  }

  #database({ name, owner, publicRights, connect, create }: InventoryDatabase): Found[] {
    const { ownerRole } = this.#names;
    const { repair } = this.known;
    const where = `database "${name}"`;
    const others = [...new Set([...connect, ...create])].filter((role) => this.#isAnothers(role));
    const give = `As the admin: ALTER DATABASE "${name}" OWNER TO "${ownerRole}"`;
    const wrong = owner === ownerRole ? [] : [owner];
    return [
      ...this.#list('database-owner-wrong', where, wrong, {
        what: `does not belong to ${ownerRole}`,
        fix: give,
      }),
      ...this.#list('database-open', where, publicRights, {
        what: 'is open to every role of the server',
        repair,
      }),
      ...this.#list('database-stranger', where, others, { what: 'lets roles of other tenants in', repair }),
    ];
  }

  #role(name: string): Found[] {
    const role = this.inventory.roles.get(name);
    const where = `role "${name}"`;
    if (role === undefined) {
      const fix = 'Restore it from a backup of the roles (pg_dumpall --roles-only).';
      return [this.#found('role-missing', where, { what: 'is not there', fix })];
    }
    return [
      ...this.#mark(where, role.mark),
      ...this.#powers(where, role),
      ...this.#memberships(where, role),
      ...(role.canLogIn ? [] : [this.#closed(where, name)]),
    ];
  }

  #powers(where: string, { powers }: InventoryRole): Found[] {
    const what = 'has powers over the whole server, which no tenant may have';
    return this.#list('role-powerful', where, powers, { what, repair: this.known.repair });
  }

  #memberships(where: string, { name, memberOf }: InventoryRole): Found[] {
    const fix = `As the admin: REVOKE ${memberOf.join(', ')} FROM "${name}"`;
    return this.#list('role-member', where, memberOf, { what: 'may act as other roles', fix });
  }

  /** Somebody may have locked it on purpose. */
  #closed(where: string, name: string): Found {
    const fix = `Unless it was locked on purpose, as the admin: ALTER ROLE "${name}" LOGIN`;
    return this.#found('role-cannot-login', where, {
      what: 'may not log in, though the tenant is not deleted',
      fix,
    });
  }

  #mark(where: string, mark: Identity | undefined): Found[] {
    const { identity, repair } = this.known;
    const { tenant } = this.loaded;
    if (mark === undefined) {
      const what = 'carries no mark: rename and delete would refuse it as not ours';
      return [this.#found('mark-missing', where, { what, repair })];
    }
    if (mark.tenant === tenant && (identity === undefined || mark.id === identity.id)) return [];
    const what =
      mark.tenant === tenant ? 'was made for an earlier tenant of this name' : 'was made for another tenant';
    const fix = `Correct database.name: tenantry settings edit ${tenant}`;
    return [this.#found('mark-wrong', where, { what, found: `${mark.tenant} (${mark.id})`, fix })];
  }

  #isAnothers(role: string): boolean {
    const { ownerRole, runtimeRole } = this.#names;
    const mark = this.inventory.roles.get(role)?.mark;
    return (
      ![ownerRole, runtimeRole].includes(role) && mark !== undefined && mark.tenant !== this.loaded.tenant
    );
  }

  /** Nothing where none is listed. */
  #list(id: FindingId, where: string, names: readonly string[], told: OwnTold): Found[] {
    return names.length === 0 ? [] : [this.#found(id, where, { ...told, found: names.join(', ') })];
  }

  #found(id: FindingId, where: string, told: OwnTold): Found {
    const { tenant } = this.loaded;
    const fallback =
      told.repair === undefined ? { fix: 'Mend what its media root tells of, then look again.' } : {};
    return found(id, { ...fallback, ...told, tenant, where: `${serverText(this.#names.server)}, ${where}` });
  }
}
