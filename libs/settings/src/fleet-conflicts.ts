import { isWithin } from './files/read-file.js';
import { realLocation } from './files/real-location.js';
import type { LoadedSettings, Source } from './layers/types.js';
import { listSites, mainSite } from './sites.js';
import type { TenantName } from './tenant-name.js';

export type ConflictKind = 'host' | 'database' | 'role' | 'socket' | 'port' | 'mediaRoot' | 'osUser';

/** Where a tenant claims something. */
export interface ConflictPlace extends Source {
  readonly tenant: TenantName;
}

/** One thing that two tenants claim. */
export interface Conflict {
  readonly kind: ConflictKind;
  readonly value: string;
  readonly tenants: readonly TenantName[];
  readonly places: readonly ConflictPlace[];
}

interface Claim {
  readonly kind: ConflictKind;
  readonly value: string;
  /** By whom, and by which key: the place is looked up only where two claim the same. */
  readonly loaded: LoadedSettings;
  readonly key: string;
}

/**
 * Hosts, databases, roles, sockets, ports, media roots and users of the system that more than one tenant claims, sorted. Wildcard hosts
 * conflict with wildcards only, as an exact host goes before them; a media root conflicts with one inside it, too.
 */
export function findConflicts(fleet: Iterable<LoadedSettings>): Conflict[] {
  const claims = [...fleet].flatMap(claimsOf);
  const conflicts = groupClaims(claims).flatMap((group) => toConflict(group) ?? []);
  return [...conflicts, ...nestedRoots(claims)].sort(
    (a, b) => compare(a.kind, b.kind) || compare(a.value, b.value),
  );
}

function claimsOf(loaded: LoadedSettings): Claim[] {
  const { settings } = loaded;
  const { server, name, ownerRole, runtimeRole } = settings.database;
  const { user } = settings.process;
  const claim = claimer(loaded);
  return [
    ...addressClaims(loaded),
    claim('database', `${server}/${name}`, 'database.name'),
    claim('role', `${server}/${ownerRole}`, 'database.ownerRole'),
    claim('role', `${server}/${runtimeRole}`, 'database.runtimeRole'),
    claim('mediaRoot', realLocation(settings.media.root), 'media.root'),
    // It could read the files of both. What no overlay names is made from the tenant's own name.
    ...(user === undefined ? [] : [claim('osUser', user, 'process.user')]),
  ];
}

type Claimer = (kind: ConflictKind, value: string, key: string) => Claim;

function claimer(loaded: LoadedSettings): Claimer {
  return (kind, value, key) => ({ kind, value, loaded, key });
}

/** Where the tenant's sites are reached. */
function addressClaims(loaded: LoadedSettings): Claim[] {
  const claim = claimer(loaded);
  const left = (loaded.settings.redirects ?? []).map((host, index) =>
    claim('host', host, `redirects.${index}`),
  );
  const served = listSites(loaded.settings).flatMap((site) => {
    const prefix = site.name === mainSite ? '' : `sites.${site.name}.`;
    const { socket, port } = site.http;
    return [
      ...site.hosts.map((host, index) => claim('host', host, `${prefix}hosts.${index}`)),
      ...(socket === undefined ? [] : [claim('socket', realLocation(socket), `${prefix}http.socket`)]),
      ...(port === undefined ? [] : [claim('port', String(port), `${prefix}http.port`)]),
    ];
  });
  return [...served, ...left];
}

function groupClaims(claims: readonly Claim[]): Claim[][] {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const key = `${claim.kind} ${claim.value}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [claim]);
    else group.push(claim);
  }
  return [...groups.values()];
}

/** Where the key was set; what follows from the tenant's name is claimed by its overlay. */
function placeOf({ loaded, key }: Claim): ConflictPlace {
  const overlay = loaded.layers.find((layer) => layer.kind === 'overlay');
  const source = loaded.source(key) ?? { file: overlay?.file ?? '', line: undefined };
  return { ...source, tenant: loaded.tenant };
}

function toConflict(group: readonly Claim[]): Conflict | undefined {
  const [first] = group;
  const tenants = [...new Set(group.map((claim) => claim.loaded.tenant))].sort();
  if (first === undefined || tenants.length < 2) return undefined;
  const places = group.map(placeOf).sort((a, b) => compare(a.tenant, b.tenant));
  return { kind: first.kind, value: first.value, tenants, places };
}

/** Sorted as paths, a folder comes right before what is inside it: one pass with the folders around finds all nesting. */
function nestedRoots(claims: readonly Claim[]): Conflict[] {
  const roots = claims.filter((claim) => claim.kind === 'mediaRoot');
  const around: Claim[] = [];
  return roots
    .sort((a, b) => compare(`${a.value}/`, `${b.value}/`))
    .flatMap((root) => {
      while (around.length > 0 && !isWithin(around.at(-1)?.value ?? '', root.value)) around.pop();
      const outer = around.filter((claim) => claim.value !== root.value);
      around.push(root);
      return outer.flatMap((claim) => toConflict([{ ...claim, value: root.value }, root]) ?? []);
    });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
