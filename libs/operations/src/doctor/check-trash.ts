import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closeDatabase } from '#libs/database';
import { namesIn, Secret } from '#libs/settings';
import { isExpired } from '../lifecycle/purge-tenant.js';
import { type DeletedTenant, trashFolder } from '../lifecycle/trash.js';
import { runningServer, serverText } from './check-servers.js';
import { type Examined } from './examine.js';
import { found, type Found, type Repair } from './finding.js';

/** Deleted tenants: whether each is whole, closed, and what its record says. */
export function checkTrash(examined: Examined): Found[] {
  const { trash, lifecycle } = examined;
  const moving = new Set(lifecycle.flatMap(({ tenants }) => tenants));
  const settled = trash.filter(({ tenant }) => !moving.has(tenant));
  return [
    ...unreadable(examined),
    ...settled.flatMap((deleted) => [...incomplete(examined, deleted), ...open(examined, deleted)]),
    ...trash.flatMap((deleted) => expired(examined, deleted)),
  ];
}

function unreadable({ dependencies, trash }: Examined): Found[] {
  const { paths } = dependencies.home;
  const readable = new Set(trash.map(({ tenant, run }) => `${tenant}@${run}`));
  return namesIn(trashFolder(paths))
    .toSorted()
    .filter((name) => !readable.has(name))
    .map((name) => {
      const where = `tenants/_trash/${name}`;
      const what = 'has no record (deleted.json) that can be read: neither undelete nor purge finds it';
      const fix = `Restore deleted.json from a backup, or look into ${join(trashFolder(paths), name)} before you remove it.`;
      return found('trash-unreadable', { tenant: name.split('@', 1)[0], where, what, fix });
    });
}

function incomplete(examined: Examined, deleted: DeletedTenant): Found[] {
  const { tenant, run, database, mediaRoot } = deleted;
  const server = database === null ? undefined : runningServer(examined, database.server);
  const { name, ownerRole, runtimeRole } = database?.trashed ?? {};
  const missing = [
    ...(server && name !== undefined && !server.inventory.databases.has(name) ? [`database ${name}`] : []),
    ...[ownerRole, runtimeRole].flatMap((role) =>
      server && role !== undefined && !server.inventory.roles.has(role) ? [`role ${role}`] : [],
    ),
    ...(mediaRoot !== null && !existsSync(mediaRoot.to) ? [`media root ${mediaRoot.to}`] : []),
  ];
  if (missing.length === 0) return [];
  const fix = `Restore it from a backup, or give the rest up: tenantry tenant purge ${tenant} --run ${run} --confirm ${tenant}`;
  const what = `cannot be brought back: some of it is gone`;
  return [
    found('trash-incomplete', { tenant, where: placeOf(deleted), what, found: missing.join(', '), fix }),
  ];
}

function open(examined: Examined, deleted: DeletedTenant): Found[] {
  const { tenant, database, id } = deleted;
  const server = database === null ? undefined : runningServer(examined, database.server);
  if (database === null || id === null || server === undefined) return [];
  const { trashed } = database;
  const { roles, databases } = server.inventory;
  const logins = [...new Set([trashed.ownerRole, trashed.runtimeRole])].filter(
    (role) => roles.get(role)?.canLogIn,
  );
  if (logins.length === 0 || !databases.has(trashed.name)) return [];
  const none = new Secret('');
  const db = { ...trashed, server: server.address, ownerPassword: none, runtimePassword: none };
  const repair: Repair = {
    ...{ key: `trash ${trashed.name}`, tenant, does: `let nobody into ${trashed.name}` },
    run: () => closeDatabase(db, { tenant, id }),
  };
  const where = `${serverText(database.server)}, database "${trashed.name}"`;
  const what = 'belongs to a deleted tenant, whose roles may log in';
  return [found('trash-open', { tenant, where, what, found: logins.join(', '), repair })];
}

function expired({ dependencies }: Examined, deleted: DeletedTenant): Found[] {
  if (!isExpired(dependencies, deleted)) return [];
  const { tenant, expiresAt } = deleted;
  const told = { tenant, where: placeOf(deleted), found: expiresAt };
  const fix = 'tenantry tenant purge --expired (removes it for good)';
  return [found('trash-expired', { ...told, what: 'was to be kept until a time that is over', fix })];
}

function placeOf({ tenant, run }: DeletedTenant): string {
  return `tenants/_trash/${tenant}@${run}`;
}
