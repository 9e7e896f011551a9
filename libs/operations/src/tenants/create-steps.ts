import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedSettings, type TenantName, writeFileAtomically, writeSecrets } from '#libs/settings';
import type { TenantDatabase } from '#libs/database';
import { claimMediaRoot } from '#libs/media';
import { type CreationIntent, readIntent, removeIntent, writeIntent } from './creation-intent.js';
import type { CreateRequest } from './create-tenant.js';
import type { Dependencies } from '../dependencies.js';
import { releaseFor } from '../releases/release-of.js';
import { followCurrent, releaseNow } from '../releases/follow-current.js';
import { loadUnclaimed } from '../fleet.js';
import { describeRelease } from '../migrations/fleet-databases.js';
import { fillDatabase } from './fill-database.js';
import { planFirstAdmin } from './first-admin.js';
import { overlayText } from './overlay-text.js';
import { makeDatabase } from './make-database.js';
import { writeSettingsSchema } from '../settings/settings-schema.js';

export interface Made {
  readonly hosts: readonly string[];
  readonly database: string;
  readonly mediaRoot: string;
  readonly admin: { readonly email: string; readonly passwordFile: string | null };
}

/** Makes everything that a tenant is, in an order in which the intent always names at least what was made. */
export async function makeTenant(
  dependencies: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): Promise<Made> {
  const intent = writeOverlay(dependencies, tenant, request);
  const release = await releaseNow(dependencies, tenant);
  const loaded = await loadJudged(dependencies, tenant, request);
  const admin = planFirstAdmin(request, loaded.settings.hosts);
  const of = describeRelease(releaseFor(dependencies, loaded), loaded.application);
  const { fromTemplate } = request;
  const database = await makeDatabase(dependencies, { loaded, intent, of, fromTemplate });
  const { identity } = intent;
  const { root: mediaRoot } = loaded.settings.media;
  await claimMediaRoot(mediaRoot, identity);
  dependencies.report.done(`media root ${mediaRoot}`);
  const passwordFile = await fillDatabase(dependencies, { loaded, of, database, identity, admin });
  finish(dependencies, { loaded, database });
  await followCurrent(dependencies, tenant, release);
  const { hosts } = loaded.settings;
  return { hosts, database: database.name, mediaRoot, admin: { email: admin.email, passwordFile } };
}

/** One overlay out of a table was compared with all others before. */
async function loadJudged(
  dependencies: Dependencies,
  tenant: TenantName,
  { overlay }: CreateRequest,
): Promise<LoadedSettings> {
  if (overlay === undefined) return loadUnclaimed(dependencies, tenant);
  return (await dependencies.settings()).load(tenant);
}

/** From here on the tenant counts. */
function finish(
  { home: { paths } }: Dependencies,
  { loaded, database }: { readonly loaded: LoadedSettings; readonly database: TenantDatabase },
): void {
  const { tenant } = loaded;
  const { ownerPassword, runtimePassword } = database;
  writeSecrets(paths, tenant, { database: { ownerPassword, runtimePassword } });
  // For the editor that the overlay's first line is written for.
  writeSettingsSchema(paths, loaded.application);
  removeIntent(paths, tenant);
}

/** Writes the overlay unless the folder holds one already, and the intent before it: a new one, or what was kept. */
function writeOverlay(
  { home: { paths } }: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): CreationIntent {
  const folder = join(paths.tenants, tenant);
  const file = join(folder, 'settings.yaml');
  const begun = { identity: { tenant, id: randomUUID() }, madeFolder: !existsSync(folder) };
  const intent = { ...(readIntent(paths, tenant) ?? begun), keep: request.keep === true };
  writeIntent(paths, tenant, intent);
  if (existsSync(file)) return intent;
  mkdirSync(join(folder, 'templates'), { recursive: true, mode: 0o750 });
  writeFileAtomically(file, request.overlay ?? overlayText(withDefaults(tenant, request)), 0o640);
  return intent;
}

export function withDefaults(tenant: TenantName, request: CreateRequest): Parameters<typeof overlayText>[0] {
  const { title, profiles, server, app } = request;
  return { name: tenant, hosts: request.hosts ?? [`${tenant}.localhost`], title, profiles, server, app };
}
