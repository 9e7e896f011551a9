import { type Identity, type DatabaseNames } from '#libs/database';
import { readMediaIdentity } from '#libs/media';
import { type LoadedSettings, type TenantName } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { loadUnclaimed } from '../fleet.js';
import { isCreated } from '../tenants/created.js';
import { identityOf } from '../tenants/tenant-database.js';
import { isInService } from './tenant-life.js';

/** What a tenant consists of, before a verb takes it elsewhere. */
export interface TenantParts {
  readonly loaded: LoadedSettings;
  /** Null where it has an overlay only. */
  readonly identity: Identity | null;
  readonly database: { readonly server: string; readonly names: DatabaseNames } | null;
  /** Null where there is none yet. */
  readonly mediaRoot: string | null;
  readonly isInService: boolean;
}

/** Throws (exit 78) for settings that are wrong, or that point to what is another tenant's. */
export async function readParts(dependencies: Dependencies, tenant: TenantName): Promise<TenantParts> {
  const loaded = await loadUnclaimed(dependencies, tenant);
  const { settings } = loaded;
  const { server, name, ownerRole, runtimeRole } = settings.database;
  const isWhole = isCreated(loaded);
  const hasMedia = isWhole || (await readMediaIdentity(settings.media.root)) !== undefined;
  return {
    loaded,
    identity: hasMedia ? await identityOf(loaded) : null,
    database: isWhole ? { server, names: { name, ownerRole, runtimeRole } } : null,
    mediaRoot: hasMedia ? settings.media.root : null,
    isInService: await isInService(dependencies, tenant),
  };
}

export function hostsOf({ settings }: LoadedSettings): string[] {
  return [
    ...settings.hosts,
    ...(settings.redirects ?? []),
    ...Object.values(settings.sites).flatMap(({ hosts }) => hosts),
  ];
}
