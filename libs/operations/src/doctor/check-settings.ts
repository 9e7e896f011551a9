import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TenantName, TenantryError } from '#libs/settings';
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
    ...uncreated(examined),
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
