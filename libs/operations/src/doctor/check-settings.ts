import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isTenantName, type TenantName, type TenantryError } from '#libs/settings';
import { claimedTwice, rightfulOwner } from '../fleet.js';
import { NoSuchOwnRelease } from '../releases/release-of.js';
import { isCreated } from '../tenants/created.js';
import { type Examined, isBusy } from './examine.js';
import { found, type Found } from './finding.js';

/** Overlays: whether they can be used, are anybody's, have a database, and claim nothing twice. */
export function checkSettings(examined: Examined): Found[] {
  const { fleet } = examined;
  return [
    ...[...fleet.broken].flatMap(([tenant, error]) => broken(examined, tenant, error)),
    ...ignored(examined),
    ...uncreated(examined),
    ...rotations(examined),
    ...claims(examined),
  ];
}

function broken({ dependencies }: Examined, tenant: TenantName, error: TenantryError): Found[] {
  const { paths } = dependencies.home;
  const where = `tenants/${tenant}`;
  if (!existsSync(join(paths.tenants, tenant, 'settings.yaml'))) {
    const what = 'a folder without an overlay: nothing serves what is in it';
    const fix = `Restore settings.yaml from a backup, or remove the folder if nobody needs it.`;
    return [found('folder-orphan', { tenant, where, what, fix })];
  }
  // Of its mode check-files.ts tells.
  if (error.message.includes('can be read by others')) return [];
  const id = error instanceof NoSuchOwnRelease ? 'release-missing' : 'settings-broken';
  const fix =
    error.hint ?? `Correct it: tenantry settings edit ${tenant}; then: tenantry settings check ${tenant}`;
  const place = error.line === undefined ? error.file : `${error.file ?? ''}:${error.line}`;
  const start = `${place ?? ''}: `;
  const what = error.message.startsWith(start) ? error.message.slice(start.length) : error.message;
  return [found(id, { tenant, where: place ?? where, what: what.replace(/\.$/, ''), fix })];
}

/** Folders that the registry passes over because of their names. */
function ignored({ dependencies }: Examined): Found[] {
  const { tenants } = dependencies.home.paths;
  return readdirSync(tenants, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^[._]|^lost\+found$/.test(entry.name))
    .filter(({ name }) => !isTenantName(name))
    .map(({ name }) => {
      const what = 'a folder that no tenant can be called by: every command passes it over';
      const fix = 'Give it a name of a-z, 0-9 and "-", or move it away.';
      return found('folder-ignored', { where: `tenants/${name}`, what, fix });
    });
}

function rotations(examined: Examined): Found[] {
  return [...examined.fleet.loaded.values()]
    .filter(({ tenant, settings: { database } }) => {
      const isHalfWay = database.ownerPasswordNext ?? database.runtimePasswordNext;
      return isHalfWay !== undefined && !isBusy(examined, tenant);
    })
    .map(({ tenant }) => {
      const what = 'a change of passwords was cut off: the old and the new one are kept';
      const fix = `tenantry secrets rotate ${tenant}`;
      return found('rotation-unfinished', { tenant, where: `tenants/${tenant}/secrets.yaml`, what, fix });
    });
}

function uncreated(examined: Examined): Found[] {
  const { fleet, creations } = examined;
  return [...fleet.loaded.values()]
    .filter(
      (loaded) => !isCreated(loaded) && !creations.has(loaded.tenant) && !isBusy(examined, loaded.tenant),
    )
    .map(({ tenant }) =>
      found('tenant-not-created', {
        ...{ tenant, where: `tenants/${tenant}/settings.yaml`, what: 'an overlay without a database' },
        fix: `tenantry tenant create ${tenant}`,
      }),
    );
}

function claims({ dependencies, fleet, conflicts }: Examined): Found[] {
  return conflicts.flatMap((conflict) => {
    const owner = rightfulOwner(dependencies, conflict, fleet.loaded);
    const isData = ['database', 'role', 'mediaRoot'].includes(conflict.kind);
    return conflict.tenants
      .filter((tenant) => tenant !== owner)
      .map((tenant) => {
        const { message, file, line } = claimedTwice(conflict, tenant);
        const where = line === undefined ? (file ?? tenant) : `${file ?? tenant}:${line}`;
        const what = message.startsWith(`${where}: `) ? message.slice(where.length + 2) : message;
        return found(isData ? 'database-shared' : 'claimed-twice', {
          ...{ tenant, where, what: what.replace(/\.$/, '') },
          fix: `Give each its own: tenantry settings edit ${tenant}`,
        });
      });
  });
}
