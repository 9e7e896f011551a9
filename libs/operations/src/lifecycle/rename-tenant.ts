import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { requireFreeNames } from '#libs/database';
import {
  isInOverlay,
  type LoadedSettings,
  parseTenantName,
  RefusedError,
  requireTenant,
  setInOverlay,
  type TenantName,
  unsetInOverlay,
} from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { judgeFleet } from '../fleet.js';
import type { FleetOutcome } from '../outcome.js';
import { readHold } from '../releases/release-of.js';
import { readOverlay } from '../settings/overlay-file.js';
import { databaseCalled } from './delete-steps.js';
import { planned } from './delete-tenant.js';
import { readJournal, refuseUnfinished } from './journal.js';
import { beginVerb, newJournal } from './perform-verb.js';
import { recoverTenant } from './recover-tenant.js';
import type { RenamedTenant } from './rename-facts.js';
import { renameSteps } from './rename-steps.js';
import type { OnStep } from './steps.js';
import { hostsOf, readParts, type TenantParts } from './tenant-parts.js';
import { isInside } from './trash.js';
import { NameTaken } from './undelete-tenant.js';

export interface RenameRequest {
  readonly tenant: string;
  readonly to: string;
  /** In the place of those that it has. */
  readonly hosts?: readonly string[] | undefined;
  /** Whether the hosts that it had lead to the new ones. */
  readonly redirect: boolean;
  readonly plan: boolean;
  readonly onStep?: OnStep | undefined;
}

export class MediaRootNamed extends RefusedError {
  override readonly code = 'MEDIA_ROOT_NAMED';
}

/**
 * Gives a tenant another name: folder, socket, database, roles, stamps, timeline, and hosts if asked to. One that was cut
 * off is finished. Throws NameTaken (exit 4), DatabaseExists (4), ClaimedTwice (78); nothing was changed then.
 */
export async function renameTenant(
  dependencies: Dependencies,
  request: RenameRequest,
): Promise<FleetOutcome> {
  const { paths } = dependencies.home;
  const { plan, onStep } = request;
  const earlier = readJournal(paths, request.tenant);
  if (
    earlier?.verb === 'rename' &&
    earlier.facts.to === request.to &&
    earlier.direction === 'forward' &&
    !plan
  ) {
    return recoverTenant(dependencies, { tenant: request.tenant, undo: false, onStep });
  }
  const tenant = requireTenant(paths, request.tenant);
  for (const name of [tenant, parseTenantName(request.to)]) refuseUnfinished(paths, name);
  const look = () => describe(dependencies, tenant, request);
  const facts = await look();
  if (plan) return planned(renameSteps(dependencies, facts));
  const prepare = async () => newJournal(dependencies, { verb: 'rename', tenant, facts: await look() });
  return beginVerb(dependencies, { tenants: [tenant, facts.to], prepare, onStep });
}

async function describe(
  dependencies: Dependencies,
  from: TenantName,
  request: RenameRequest,
): Promise<RenamedTenant> {
  const { paths } = dependencies.home;
  const to = parseTenantName(request.to);
  const folder = { from: join(paths.tenants, from), to: join(paths.tenants, to) };
  requireFreeFolder(from, folder);
  const parts = await readParts(dependencies, from);
  const before = readOverlay(paths, from);
  const after = renamedOverlay(before, parts.loaded, request);
  const next = await judgeRenamed(dependencies, { from, to, after });
  return {
    ...{ from, to, folder, mediaRoot: mediaRootOf(parts, { folder, next }) },
    database: await namesOf(dependencies, { from, parts, next }),
    id: parts.identity?.id ?? null,
    overlay: { before, after },
    hostsBefore: parts.loaded.settings.hosts,
    hosts: hostsOf(next),
    hold: readHold(paths, from) ?? null,
    wasRunning: parts.isInService,
  };
}

function requireFreeFolder(tenant: TenantName, { from, to }: RenamedTenant['folder']): void {
  if (!existsSync(to)) return;
  const hint = from === to ? 'That is its name already.' : 'Choose another, or rename that one first.';
  throw new NameTaken(`${tenant}: ${to} is there already. Nothing was changed.`, { tenant, hint });
}

function renamedOverlay(
  overlay: string,
  { application, settings, tenant }: LoadedSettings,
  { to, hosts, redirect }: RenameRequest,
): string {
  // As the overlay of a new tenant begins.
  const named = overlay.replace(`# Settings of ${tenant}.`, `# Settings of ${to}.`);
  if (hosts === undefined) return named;
  const set = (text: string, key: string, values: readonly string[]): string =>
    setInOverlay(text, { application, key, value: JSON.stringify(values) });
  const before = settings.redirects ?? [];
  const left = redirect ? settings.hosts : [];
  const after = [...new Set([...before, ...left])].filter((host) => !hosts.includes(host));
  const hosted = set(named, 'hosts', hosts);
  if (after.length > 0) return set(hosted, 'redirects', after);
  return isInOverlay(hosted, 'redirects') ? unsetInOverlay(hosted, 'redirects') : hosted;
}

/** The settings that it is to have, beside those of all the others. */
async function judgeRenamed(
  dependencies: Dependencies,
  { from, to, after }: { from: TenantName; to: TenantName; after: string },
): Promise<LoadedSettings> {
  const loader = await dependencies.settings();
  const { loaded, broken } = loader.loadFleet();
  const others = new Map([...loaded].filter(([name]) => name !== from));
  return judgeFleet(dependencies, { loaded: others.set(to, loader.load(to, after)), broken })(to);
}

function mediaRootOf(
  { mediaRoot, loaded }: TenantParts,
  { folder, next }: { folder: RenamedTenant['folder']; next: LoadedSettings },
): RenamedTenant['mediaRoot'] {
  if (mediaRoot === null) return null;
  const moved = isInside(folder.from, mediaRoot)
    ? join(folder.to, relative(folder.from, mediaRoot))
    : mediaRoot;
  const { root } = next.settings.media;
  if (isAbsolute(root) && root === moved) return { from: mediaRoot, to: moved };
  const where = loaded.source('media.root');
  throw new MediaRootNamed(
    `${where?.file ?? loaded.tenant}${where?.line ? `:${where.line}` : ''}: media.root: would be ${moved} then, found "${root}".`,
    { tenant: loaded.tenant, hint: `Take it out first: tenantry settings unset ${loaded.tenant} media.root` },
  );
}

/** What its database and roles are called then; a name that is its own already need not be free. */
async function namesOf(
  dependencies: Dependencies,
  { from, parts, next }: { from: TenantName; parts: TenantParts; next: LoadedSettings },
): Promise<RenamedTenant['database']> {
  if (parts.database === null) return null;
  const { server, names } = parts.database;
  const { name, ownerRole, runtimeRole } = next.settings.database;
  const kept = new Set<string>(Object.values(names));
  const wanted = { name, ownerRole, runtimeRole };
  const others = Object.fromEntries(
    Object.entries(wanted).map(([key, each]) => [key, kept.has(each) ? '' : each]),
  );
  if (Object.values(others).some(Boolean)) {
    await requireFreeNames(await databaseCalled(dependencies, server, { ...wanted, ...others }), from);
  }
  return { server, names, next: wanted };
}
