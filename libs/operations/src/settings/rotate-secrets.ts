import { randomBytes } from 'node:crypto';
import {
  type LoadedSettings,
  RefusedError,
  Secret,
  type TenantName,
  requireTenant,
  runtimeEndpoint,
  writeSecrets,
} from '#libs/settings';
import { type RuntimeLogin, type TenantDatabase, connectAs, setRolePassword } from '#libs/database';
import type { Dependencies } from '../dependencies.js';
import { loadUnclaimed } from '../fleet.js';
import { withLock } from '../lock.js';
import { admitToPooler } from '../poolers/pooler-logins.js';
import { restartTenant, runningTenants } from '../processes/running-tenants.js';
import { requireCreated } from '../tenants/created.js';
import { identityOf, tenantDatabase } from '../tenants/tenant-database.js';
import { tenantLock } from '../tenants/tenant-lock.js';
import { appendToTimeline, newRunId } from '../timeline.js';
import { placeText } from './settings-rows.js';

export type RotatedRole = 'owner' | 'runtime';

export interface RotateRequest {
  readonly tenant: string;
  readonly roles: readonly RotatedRole[];
  readonly plan: boolean;
}

export interface Rotated {
  readonly data: {
    readonly run: string | null;
    readonly tenant: string;
    readonly roles: readonly RotatedRole[];
  };
  readonly text: string;
}

export class NotInSecretsFile extends RefusedError {
  override readonly code = 'NOT_IN_SECRETS_FILE';
}

/**
 * Gives a tenant's database roles new passwords, in Postgres and in secrets.yaml. Running processes keep their
 * connections and use the new password for new ones. The file holds the next password beside the old one until the
 * server has taken it, and whoever connects meanwhile finds out which it is: wherever a crash comes, the tenant gets
 * in, and the next call finishes.
 */
export async function rotateSecrets(dependencies: Dependencies, request: RotateRequest): Promise<Rotated> {
  const { home, command, now } = dependencies;
  const tenant = requireTenant(home.paths, request.tenant);
  const { roles } = request;
  if (request.plan) return planned(await loadUnclaimed(dependencies, tenant), roles);
  return withLock(tenantLock(dependencies, tenant), async () => {
    await rotateEach(dependencies, await loadUnclaimed(dependencies, tenant), roles);
    const run = newRunId(now());
    const entry = { at: now().toISOString(), run, event: 'secrets rotated', command, roles };
    appendToTimeline(home.paths, tenant, entry);
    await handOver(dependencies, tenant, roles);
    const text = `${tenant}: new password for ${roles.join(' and ')}. Run ${run}.`;
    return { data: { run, tenant, roles }, text };
  });
}

function planned(loaded: LoadedSettings, roles: readonly RotatedRole[]): Rotated {
  requireOwnFile(loaded, roles);
  const steps = roles.map((role) => `  new password for the ${role} role, in Postgres and in secrets.yaml`);
  const text = ['Would set:', ...steps, 'Nothing would be restarted.'].join('\n');
  return { data: { run: null, tenant: loaded.tenant, roles }, text };
}

async function rotateEach(
  dependencies: Dependencies,
  loaded: LoadedSettings,
  roles: readonly RotatedRole[],
): Promise<void> {
  requireCreated(loaded);
  requireOwnFile(loaded, roles);
  const identity = await identityOf(loaded);
  for (const role of roles) {
    const db = await tenantDatabase(dependencies, loaded);
    const set = async (password: Secret) => {
      await setRolePassword(db, identity, { role, password });
      if (role === 'runtime') await admitToPooler(dependencies, loaded, password);
    };
    await rotate(dependencies, { loaded, db, role, set });
    dependencies.report.done(`${loaded.tenant}: new password for the ${role} role`);
  }
}

/** systemd hands secrets over at a start: a running process would never see the new ones. Its socket loses nobody. */
async function handOver(
  dependencies: Dependencies,
  tenant: TenantName,
  roles: readonly RotatedRole[],
): Promise<void> {
  if (dependencies.home.host.processes !== 'systemd' || !roles.includes('runtime')) return;
  if ((await runningTenants(dependencies)).get(tenant)?.state !== 'running') return;
  await restartTenant(dependencies, tenant);
  dependencies.report.done(`${tenant}: restarted, as systemd hands secrets over at a start`);
}

interface Rotation {
  readonly loaded: LoadedSettings;
  readonly db: TenantDatabase;
  readonly role: RotatedRole;
  readonly set: (password: Secret) => Promise<void>;
}

async function rotate(
  { home, rereadHome }: Dependencies,
  { loaded, db, role, set }: Rotation,
): Promise<void> {
  const { paths } = home;
  const { tenant } = loaded;
  const next = `${role}PasswordNext` as const;
  // An interrupted rotation is finished with the password that the server may have taken already.
  const password = loaded.settings.database[next] ?? new Secret(randomBytes(24).toString('base64url'));
  writeSecrets(paths, tenant, { database: { [next]: password } });
  await set(password);
  await tryPassword(db, role, password);
  if (role === 'runtime') {
    const server = runtimeEndpoint(rereadHome(), loaded.settings.database.server);
    if (server.pooler !== undefined) await tryPooler({ ...db, server, runtimePassword: password });
  }
  writeSecrets(paths, tenant, { database: { [`${role}Password`]: password, [next]: undefined } });
}

/** The old password is gone from the file only when the new one was seen to work. */
async function tryPassword(db: TenantDatabase, role: RotatedRole, password: Secret): Promise<void> {
  const connection = await connectAs({ ...db, [`${role}Password`]: password }, role);
  await connection.end();
}

/** A process would be turned away by a pooler that knows the old one only. */
async function tryPooler(login: RuntimeLogin): Promise<void> {
  await (await connectAs(login, 'runtime')).end();
}

function requireOwnFile(loaded: LoadedSettings, roles: readonly RotatedRole[]): void {
  for (const role of roles) {
    const key = `database.${role}Password`;
    const touch = loaded.explain(key).at(-1);
    if (touch === undefined || (touch.kind === 'secrets' && touch.operator === 'set')) continue;
    throw notInFile(loaded.tenant, key, placeText(touch));
  }
}

function notInFile(tenant: TenantName, key: string, place: string): NotInSecretsFile {
  return new NotInSecretsFile(`${place}: ${key}: is kept elsewhere than in tenants/${tenant}/secrets.yaml.`, {
    tenant,
    hint: 'Rotate it where it is kept.',
  });
}
