import { join, resolve } from 'node:path';
import { describeFound } from '../files/entry.js';
import type { HomePaths } from '../home/types.js';
import type { Settings } from '../schema/core.js';
import type { Path } from '../schema/validate.js';
import { mainSite } from '../sites.js';
import type { TenantName } from '../tenant-name.js';
import { checkAddress, type Finding } from './check-address.js';

type Sites = Settings['sites'];

const siteName = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** The sites with absolute paths, and with what follows from their names where nobody said otherwise. */
export function resolveSites(sites: Sites, paths: HomePaths, tenant: TenantName): Sites {
  const each = ([name, site]: [string, Sites[string]]): [string, Sites[string]] => {
    const folder = resolve(paths.tenants, tenant, site.templates?.folder ?? join('sites', name, 'templates'));
    const { socket = join(paths.sockets, `${tenant}.${name}.sock`), port } = site.http ?? {};
    const isDerived = site.http?.socket === undefined;
    const listening = {
      ...(port === undefined ? {} : { port }),
      ...(port !== undefined && isDerived ? {} : { socket: resolve(paths.home, socket) }),
    };
    return [name, { ...site, templates: { folder }, ...(site.process === 'own' ? { http: listening } : {}) }];
  };
  return Object.fromEntries(Object.entries(sites).map(each));
}

/** Names, hosts and addresses of the sites of one tenant. */
export function checkSites(settings: Settings): Finding[] {
  const found = Object.entries(settings.sites).flatMap(([name, site]) => checkSite(name, site));
  return [...found, ...checkHosts(settings)];
}

function checkSite(name: string, site: Sites[string]): Finding[] {
  const path = ['sites', name];
  if (name === mainSite) return [{ path, text: `"${mainSite}" is the name of the tenant's own site` }];
  if (!siteName.test(name)) {
    return [{ path, text: 'expected a name of 1 to 40 of a-z, 0-9 and "-", beginning with a letter' }];
  }
  if (site.process === 'own') return checkAddress([...path, 'http'], site.http ?? {});
  const text = 'is set, but the site has no process of its own';
  return site.http === undefined ? [] : [{ path: [...path, 'http'], text }];
}

/** A host leads to one site. */
function checkHosts({ hosts, sites }: Settings): Finding[] {
  const seen = new Map<string, string>();
  const lists: [owner: string, path: Path, hosts: readonly string[]][] = [
    ['the tenant itself', ['hosts'], hosts],
    ...Object.entries(sites).map(([name, site]): [string, Path, readonly string[]] => [
      `site ${name}`,
      ['sites', name, 'hosts'],
      site.hosts,
    ]),
  ];
  return lists.flatMap(([owner, path, list]) =>
    list.flatMap((host, index): Finding[] => {
      const earlier = seen.get(host);
      if (earlier === undefined) {
        seen.set(host, owner);
        return [];
      }
      const text = earlier === owner ? 'is listed twice' : `is a host of ${earlier}, too`;
      return [{ path: [...path, index], text: `${describeFound(host)} ${text}` }];
    }),
  );
}
