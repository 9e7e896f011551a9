import {
  type LoadedSettings,
  type TenantName,
  type TenantryError,
  listSites,
  listTenantNames,
  mainSite,
  requireTenant,
} from '#libs/settings';
import type { TenantState } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { notOver, unfinishedWork } from '../lifecycle/journal.js';
import { runningTenants } from '../processes/running-tenants.js';
import { type OwnRelease, ownReleasesOf, releasesFor, releaseText } from '../releases/release-of.js';
import { isCreated } from './created.js';
import { isSuspended } from './suspended.js';
import { type TimelineEntry, readTimeline } from '../timeline.js';
import { unitName } from '../processes/units.js';

/** `new`: an overlay without a database; `broken`: its settings cannot be used. */
export type ListedState = TenantState | 'new' | 'broken' | 'suspended';

export interface ListedSite {
  readonly name: string;
  readonly title: string;
  readonly hosts: readonly string[];
  readonly process: 'shared' | 'own';
}

export interface ListedTenant {
  readonly name: string;
  readonly hosts: readonly string[];
  /** Beside its own. */
  readonly sites: readonly ListedSite[];
  readonly state: ListedState;
  readonly release: string | null;
  /** By a pin or a hold; null for one that follows `current`. Another than the one it runs until its next start. */
  readonly ownRelease: OwnRelease | null;
  readonly database: string | null;
  readonly mediaRoot: string | null;
  readonly error: string | null;
}

/** Every tenant of the home. Reads files and asks the supervisor; no database. */
export async function listTenants(dependencies: Dependencies): Promise<ListedTenant[]> {
  const loader = await dependencies.settings();
  const { loaded, broken } = loader.loadFleet();
  const running = await runningTenants(dependencies);
  const [releaseFor, ownOf] = [releasesFor(dependencies), ownReleasesOf(dependencies)];
  const cutOff = new Map(unfinishedWork(dependencies.home.paths).map((work) => [work.tenant, notOver(work)]));
  return listNames(dependencies).map((name) => {
    const settings = loaded.get(name);
    const status = running.get(name);
    if (!settings) return listBroken(name, broken.get(name));
    return {
      ...listLoaded(settings),
      state: stateOf(settings, status?.state),
      release: status?.release ?? releaseFor(settings).id,
      ownRelease: ownOf(settings) ?? null,
      error: cutOff.get(name)?.message ?? null,
    };
  });
}

export function listNames(dependencies: Pick<Dependencies, 'home'>): TenantName[] {
  return listTenantNames(dependencies.home.paths);
}

function stateOf(settings: LoadedSettings, process: TenantState = 'stopped'): ListedState {
  if (!isCreated(settings)) return 'new';
  return isSuspended(settings) && process === 'stopped' ? 'suspended' : process;
}

function listLoaded({
  tenant,
  settings,
}: LoadedSettings): Omit<ListedTenant, 'state' | 'release' | 'ownRelease' | 'error'> {
  const { hosts, database, media } = settings;
  const sites = listSites(settings)
    .filter((site) => site.name !== mainSite)
    .map(({ name, site, hosts: own, process }) => ({ name, title: site.title, hosts: own, process }));
  return { name: tenant, hosts, sites, database: database.name, mediaRoot: media.root };
}

function listBroken(name: string, error: TenantryError | undefined): ListedTenant {
  const nothing = { hosts: [], sites: [], release: null, ownRelease: null, database: null, mediaRoot: null };
  return { name, state: 'broken', ...nothing, error: error?.message ?? null };
}

export interface SiteAddress {
  readonly host: string;
  /** What the supervisor calls the process that answers there. */
  readonly unit: string;
  /** Undefined for the tenant's own site. */
  readonly site: ListedSite | undefined;
}

/** One host of each of a tenant's sites; its own first. */
export function siteAddresses({ name, hosts, sites }: ListedTenant): SiteAddress[] {
  return [
    { host: firstHost(hosts) ?? `${name}.localhost`, unit: name, site: undefined },
    ...sites.map((site) => ({
      host: firstHost(site.hosts) ?? '',
      unit: site.process === 'own' ? unitName(name, site.name) : name,
      site,
    })),
  ];
}

function firstHost(hosts: readonly string[]): string | undefined {
  return hosts.find((host) => !host.startsWith('.')) ?? hosts[0]?.slice(1);
}

export interface ShownTenant {
  readonly data: { readonly tenant: ListedTenant; readonly events: readonly TimelineEntry[] };
  readonly text: string;
}

/** One tenant with its latest events. */
export async function showTenant(
  dependencies: Dependencies,
  text: string,
  events: number,
): Promise<ShownTenant> {
  const name = requireTenant(dependencies.home.paths, text);
  const listed = await listTenants(dependencies);
  const tenant = listed.find((each) => each.name === name) ?? listBroken(name, undefined);
  const latest = readTimeline(dependencies.home.paths, name, events);
  const history = latest.map(({ at, event, run }) => `  ${at}  ${event}  (run ${run})`);
  const sections = [...describe(tenant), ...(history.length > 0 ? ['', 'Latest events:', ...history] : [])];
  return { data: { tenant, events: latest }, text: sections.join('\n') };
}

function describe(tenant: ListedTenant): string[] {
  return [
    ['name', tenant.name],
    ['state', tenant.state],
    ['hosts', tenant.hosts.join(' ') || '-'],
    ...tenant.sites.map(({ name: site, hosts, process }) => [
      'site',
      `${site}: ${hosts.join(' ')}${process === 'own' ? ' (process of its own)' : ''}`,
    ]),
    ['release', releaseText(tenant)],
    ['database', tenant.database ?? '-'],
    ['media root', tenant.mediaRoot ?? '-'],
    ...(tenant.error ? [['error', tenant.error]] : []),
  ].map(([key = '', value = '']) => `${key.padEnd(11)}${value}`);
}
