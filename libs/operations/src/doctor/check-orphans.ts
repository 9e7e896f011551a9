import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Identity, type ServerInventory, templatePrefix } from '#libs/database';
import { namesIn, type TenantName } from '#libs/settings';
import { serverText } from './check-servers.js';
import type { Examined } from './examine.js';
import type { ExaminedServer } from './examine-servers.js';
import { found, type Found } from './finding.js';

/** Databases and roles that were made for somebody who is not there. None is removed: another home may have made it. */
export function checkOrphans(examined: Examined): Found[] {
  return [...examined.servers].flatMap(([name, server]) =>
    server.state === 'running' ? new OrphanSearch(examined, name, server).all() : [],
  );
}

const scratch = /^tenantry_scratch_[0-9a-f]{8}([0-9a-f]{4})?(_owner)?$/;
const template = new RegExp(`^${templatePrefix}[0-9a-f]{16}(_owner)?$`);

interface Group {
  readonly mark: Identity;
  readonly databases: string[];
  readonly roles: string[];
}

class OrphanSearch {
  readonly #inventory: ServerInventory;
  /** Of whom it is known where they are: by id. */
  readonly #homeOf: ReadonlyMap<string, readonly string[]>;

  constructor(
    private readonly examined: Examined,
    private readonly server: string,
    { inventory }: Extract<ExaminedServer, { state: 'running' }>,
  ) {
    this.#inventory = inventory;
    this.#homeOf = ownNames(examined, server);
  }

  all(): Found[] {
    return [...[...this.#groups().values()].flatMap((group) => this.#judge(group)), ...this.#leftovers()];
  }

  /** What we marked, by whom it was made for; a database that was never finished is its owner's. */
  #groups(): Map<string, Group> {
    const groups = new Map<string, Group>();
    const add = (kind: 'databases' | 'roles', name: string, mark: Identity | undefined): void => {
      if (mark === undefined || scratch.test(name) || template.test(name)) return;
      const key = `${mark.tenant} ${mark.id}`;
      const group = groups.get(key) ?? { mark, databases: [], roles: [] };
      group[kind].push(name);
      groups.set(key, group);
    };
    const { databases, roles } = this.#inventory;
    for (const { name, mark, owner } of databases.values()) {
      add('databases', name, mark ?? roles.get(owner)?.mark);
    }
    for (const { name, mark } of roles.values()) add('roles', name, mark);
    return groups;
  }

  #judge({ mark, databases, roles }: Group): Found[] {
    const own = this.#homeOf.get(mark.id);
    if (own === undefined) {
      return isPerhapsKnown(this.examined, mark.tenant) ? [] : [this.#orphan({ mark, databases, roles })];
    }
    const others = databases.filter((name) => !own.includes(name));
    if (others.length === 0 || own.length === 0) return [];
    const fix = `If that is wrong, correct database.name: tenantry settings edit ${mark.tenant}. If it is a copy, drop it as the admin once nobody needs it.`;
    const what = `was made for ${mark.tenant}, whose settings name another database`;
    return [
      found('database-elsewhere', { tenant: mark.tenant, where: this.#where('database', others), what, fix }),
    ];
  }

  #orphan({ mark, databases, roles }: Group): Found {
    const drops = [
      ...databases.map((name) => `DROP DATABASE "${name}"`),
      ...(roles.length > 0 ? [`DROP ROLE ${roles.map((name) => `"${name}"`).join(', ')}`] : []),
    ];
    const fix = `Unless another home uses it, as the admin, after a backup: ${drops.join('; ')}`;
    const what = `was made for ${mark.tenant} (${mark.id}), whom neither a folder nor the trash has`;
    const isTrash = databases.some((name) => name.startsWith('trash_'));
    const id = isTrash ? 'trash-orphan' : databases.length > 0 ? 'database-orphan' : 'role-orphan';
    const where = databases.length > 0 ? this.#where('database', databases) : this.#where('role', roles);
    return found(id, { tenant: mark.tenant, where, what, fix });
  }

  #leftovers(): Found[] {
    const { databases, roles } = this.#inventory;
    const own = scratchOfSpares(this.examined);
    const names = [
      ...new Set([...databases.keys(), ...roles.keys()].map((name) => name.replace(/_owner$/, ''))),
    ];
    const isIdle = (name: string): boolean => databases.get(name)?.isBusy !== true;
    const scratches = names.filter((name) => scratch.test(name) && !own.has(name) && isIdle(name));
    const templates = names.filter(
      (name) => template.test(name) && isIdle(name) && databases.get(name)?.isTemplate !== true,
    );
    const what = 'was left by a command that was killed';
    const tell = (id: 'scratch-left' | 'template-left', left: readonly string[], fix: string): Found[] =>
      left.length === 0 ? [] : [found(id, { where: this.#where('database', left), what, fix })];
    return [
      ...tell('scratch-left', scratches, 'The next `tenantry migrate drift` removes what nobody uses.'),
      ...tell('template-left', templates, 'The next new template, or `tenantry release prune`, removes it.'),
    ];
  }

  #where(kind: string, names: readonly string[]): string {
    const shown = names.map((name) => `"${name}"`).join(', ');
    return `${serverText(this.server)}, ${kind}${names.length > 1 ? 's' : ''} ${shown}`;
  }
}

/** By id: the databases on the server that are somebody's. Empty for who is known, and where anything may be. */
function ownNames(examined: Examined, server: string): Map<string, string[]> {
  const { identities, fleet, trash, lifecycle, creations } = examined;
  const names = new Map<string, string[]>();
  // A tenant that was moved is in the trash with what it left, and alive.
  const add = (id: string, own: { readonly server: string; readonly name: string } | undefined): void => {
    const here = own?.server === server ? [own.name] : [];
    names.set(id, [...(names.get(id) ?? []), ...here]);
  };
  for (const { id, database } of trash) {
    if (id !== null) add(id, database ? { server: database.server, name: database.trashed.name } : undefined);
  }
  for (const [tenant, identity] of identities) {
    if (typeof identity !== 'object') continue;
    add(identity.id, fleet.loaded.get(tenant)?.settings.database);
  }
  for (const { journal } of lifecycle) {
    const id = 'record' in journal ? journal.record.facts.id : null;
    if (id !== null) names.set(id, []);
  }
  for (const cut of creations.values()) if ('record' in cut) names.set(cut.record.identity.id, []);
  return names;
}

/** Whose own id could not be read: it may be this one. Who has come since the look began is not judged either. */
function isPerhapsKnown(
  { identities, names, creations, lifecycle, dependencies }: Examined,
  tenant: string,
): boolean {
  const { tenants, state } = dependencies.home.paths;
  const isCutOff = creations.has(tenant) || lifecycle.some((cut) => cut.tenants.includes(tenant));
  const known = names.find((name) => name === tenant);
  if (isCutOff || known !== undefined)
    return isCutOff || typeof identities.get(known as TenantName) !== 'object';
  return existsSync(join(tenants, tenant)) || existsSync(join(state, 'creating', `${tenant}.json`));
}

/** Databases of the tenants on which spare processes wait: see scratch-tenant.ts. */
function scratchOfSpares({ dependencies }: Examined): ReadonlySet<string> {
  const folder = join(dependencies.home.paths.run, 'scratch');
  return new Set(
    namesIn(folder).map((name) => {
      const hash = createHash('sha256').update(join(folder, name)).digest('hex').slice(0, 8);
      return `tenantry_scratch_${hash}`;
    }),
  );
}
