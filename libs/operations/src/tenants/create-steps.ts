import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedSettings, type TenantName, writeFileAtomically, writeSecrets } from '#libs/settings';
import { TenantConnections, type TenantDatabase } from '#libs/database';
import { claimMediaRoot } from '#libs/media';
import { type CreationIntent, readIntent, removeIntent, writeIntent } from './creation-intent.js';
import type { CreateRequest } from './create-tenant.js';
import type { Dependencies } from '../dependencies.js';
import { releaseFor } from '../releases/release-of.js';
import { followCurrent, releaseNow } from '../releases/follow-current.js';
import { loadUnclaimed } from '../fleet.js';
import { describeRelease } from '../migrations/fleet-databases.js';
import { EarlySetUp } from './early-set-up.js';
import { fillDatabase, type Filling } from './fill-database.js';
import { planFirstAdmin } from './first-admin.js';
import { overlayText } from './overlay-text.js';
import { type DatabaseToMake, makeDatabase, planDatabase } from './make-database.js';
import { tryToAdmit } from '../poolers/pooler-logins.js';
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
  const database = await planDatabase(dependencies, loaded);
  const connections = new TenantConnections(database);
  try {
    const making = { request, loaded, intent, admin, database, connections };
    const passwordFile = await makeAndFill(dependencies, making);
    finish(dependencies, { loaded, database });
    await tryToAdmit(dependencies, loaded, database.runtimePassword);
    await followCurrent(dependencies, loaded, release);
    const { root: mediaRoot } = loaded.settings.media;
    const { hosts } = loaded.settings;
    return { hosts, database: database.name, mediaRoot, admin: { email: admin.email, passwordFile } };
  } finally {
    await connections.close();
  }
}

interface Making
  extends Pick<DatabaseToMake, 'loaded' | 'intent' | 'database' | 'connections'>, Pick<Filling, 'admin'> {
  readonly request: CreateRequest;
}

/** Database and media root with all that is in them. */
async function makeAndFill(dependencies: Dependencies, making: Making): Promise<string | null> {
  const { loaded, intent, request } = making;
  const { paths } = dependencies.home;
  const of = describeRelease(releaseFor(dependencies, loaded), loaded.application);
  const setUp = new EarlySetUp(paths, loaded, making.admin);
  const meanwhile = once(() => {
    // Of one that is gone on with, it may have come through already.
    if (intent.setUp === undefined) setUp.begin();
    // For the editor that the overlay's first line is written for; of many tenants, it was written before.
    if (request.overlay === undefined) writeSettingsSchema(paths, loaded.application);
  });
  const { fromTemplate } = request;
  await makeDatabase(dependencies, { ...making, fromTemplate, of, meanwhile });
  // Where nothing had to be made.
  meanwhile();
  const { identity } = intent;
  const { root } = loaded.settings.media;
  await claimMediaRoot(root, identity);
  dependencies.report.done(`media root ${root}`);
  return fillDatabase(dependencies, { ...making, of, identity, setUp });
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
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
