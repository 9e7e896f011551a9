import { chmodSync, existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedSettings, TenantName } from '#libs/settings';
import { isCreated } from '../tenants/created.js';
import { firstAdminFile } from '../tenants/first-admin.js';
import { type Examined, settledTenants } from './examine.js';
import { found, type Found, type Repair } from './finding.js';

/** Files of tenants: who may read them, and whose the media are. */
export function checkFiles(examined: Examined): Found[] {
  const { names, fleet } = examined;
  const created = [...fleet.loaded.values()].filter(isCreated);
  return [
    ...names.flatMap((tenant) => [...secrets(examined, tenant), ...firstAdmin(examined, tenant)]),
    ...settledTenants(examined).flatMap((loaded) => mediaIdentity(examined, loaded)),
    ...created.flatMap((loaded) => mediaModes(examined, loaded)),
  ];
}

function secrets({ dependencies }: Examined, tenant: TenantName): Found[] {
  const { paths } = dependencies.home;
  return ['secrets.yaml', 'first-admin.yaml'].flatMap((name) => {
    const mode = modeOf(join(paths.tenants, tenant, name));
    if (mode === undefined || (mode & 0o077) === 0) return [];
    const where = `tenants/${tenant}/${name}`;
    const what = 'holds passwords and can be read by others: expected mode 0600';
    const repair = chmodTo(join(paths.tenants, tenant, name), { tenant, mode: 0o600, where });
    return [found('secrets-readable', { tenant, where, what, found: octal(mode), repair })];
  });
}

function firstAdmin({ dependencies }: Examined, tenant: TenantName): Found[] {
  const file = firstAdminFile(dependencies.home.paths, tenant);
  if (!existsSync(file)) return [];
  const where = `tenants/${tenant}/first-admin.yaml`;
  const fix = `After the first sign-in, and another password: rm ${file.includes(' ') ? `'${file}'` : file}`;
  return [
    found('first-admin-left', { tenant, where, what: 'the first password of the admin is still there', fix }),
  ];
}

function mediaIdentity({ identities }: Examined, { tenant, settings }: LoadedSettings): Found[] {
  const { root } = settings.media;
  const identity = identities.get(tenant) ?? 'missing';
  const told = { tenant, where: `media root ${root}` };
  if (identity === 'missing') {
    const what = existsSync(root) ? 'carries no stamp (.tenant): nobody can say whose it is' : 'is not there';
    const fix = `Restore it from a backup, or correct media.root: tenantry settings edit ${tenant}`;
    return [found('media-missing', { ...told, what, fix })];
  }
  if (identity === 'unknown') {
    const fix = 'Look at its owner and mode, or restore the file .tenant from a backup.';
    return [found('media-stamp-wrong', { ...told, what: 'its stamp (.tenant) cannot be read', fix })];
  }
  if (identity.tenant === tenant) return [];
  const fix = `Correct media.root: tenantry settings edit ${tenant}`;
  const what = 'carries the stamp of another tenant';
  return [found('media-stamp-wrong', { ...told, what, found: `${identity.tenant} (${identity.id})`, fix })];
}

/** Where the edge server reads the files itself, as somebody else, the operator has let it in. */
function mediaModes({ dependencies }: Examined, { tenant, settings }: LoadedSettings): Found[] {
  const { edge, hosting } = dependencies.home.host;
  const forbidden = edge === 'gateway' || hosting.users === 'own' ? 0o007 : 0o002;
  const { root } = settings.media;
  return [root, join(root, 'public'), join(root, 'private')].flatMap((path) => {
    const mode = modeOf(path);
    if (mode === undefined || (mode & forbidden) === 0) return [];
    const what = `is open to every user of this host: expected mode ${octal(mode & ~forbidden)}`;
    const repair = chmodTo(path, { tenant, mode: mode & ~forbidden, where: path });
    return [found('media-readable', { tenant, where: path, what, found: octal(mode), repair })];
  });
}

interface Change {
  readonly tenant: TenantName | null;
  readonly mode: number;
  readonly where: string;
}

export function chmodTo(path: string, { tenant, mode, where }: Change): Repair {
  return {
    ...{ key: `mode ${path}`, tenant, does: `give ${where} the mode ${octal(mode)}` },
    // Never through a link: a tenant could have put one there.
    run: () => {
      if (modeOf(path) !== undefined) chmodSync(path, mode);
    },
  };
}

/** Undefined for what is not there, and for links. */
export function modeOf(path: string): number | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined || stat.isSymbolicLink() ? undefined : stat.mode & 0o7777;
}

export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
