import {
  RefusedError,
  Secret,
  UsageError,
  requireSettingsKey,
  requireTenant,
  writeSecrets,
} from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { runningTenants } from '../processes/running-tenants.js';
import { tenantLock } from '../tenants/tenant-lock.js';
import { appendToTimeline, newRunId } from '../timeline.js';

export interface SetSecretRequest {
  readonly tenant: string;
  readonly key: string;
  /** Read only once everything else is known to be right. */
  readonly value: () => Promise<Secret>;
  readonly plan: boolean;
}

export interface SecretSet {
  readonly data: { readonly run: string | null; readonly tenant: string; readonly key: string };
  readonly text: string;
}

export class NotSecret extends UsageError {
  override readonly code = 'NOT_SECRET';
}

export class KeptInStep extends RefusedError {
  override readonly code = 'KEPT_IN_STEP';
}

const maxLength = 4096;

/** Sets one key of a tenant's secrets.yaml (mode 0600, owner and comments kept). The value is never printed. */
export async function setSecret(dependencies: Dependencies, request: SetSecretRequest): Promise<SecretSet> {
  const { home, command, now } = dependencies;
  const tenant = requireTenant(home.paths, request.tenant);
  const { key } = request;
  const application = (await dependencies.settings()).applicationOf(tenant);
  refuseKey(key, requireSettingsKey(application, key).isSecret, tenant);
  if (request.plan) {
    return { data: { run: null, tenant, key }, text: `Would set ${key} in tenants/${tenant}/secrets.yaml.` };
  }
  const value = checked(key, await request.value());
  return withLock(tenantLock(dependencies, tenant), async () => {
    const run = newRunId(now());
    writeSecrets(home.paths, tenant, nest(key.split('.'), value));
    appendToTimeline(home.paths, tenant, { at: now().toISOString(), run, event: 'secret set', command, key });
    const isRunning = (await runningTenants(dependencies)).get(tenant)?.state === 'running';
    const next = isRunning ? `\nIt takes effect at the next start: tenantry restart --tenant ${tenant}` : '';
    return {
      data: { run, tenant, key },
      text: `Set ${key} in tenants/${tenant}/secrets.yaml. Run ${run}.${next}`,
    };
  });
}

function refuseKey(key: string, isSecret: boolean, tenant: string): void {
  if (!isSecret) {
    throw new NotSecret(`settings key ${key}: is not a secret.`, {
      hint: `Run \`tenantry settings set ${tenant} ${key} VALUE\`.`,
    });
  }
  if (!/^database\.(owner|runtime)Password(Next)?$/.test(key)) return;
  throw new KeptInStep(`settings key ${key}: must stay in step with the password in Postgres.`, {
    hint: `Run \`tenantry secrets rotate ${tenant}\`, which sets both.`,
  });
}

function checked(key: string, value: Secret): Secret {
  const { length } = value.reveal();
  if (length >= 1 && length <= maxLength) return value;
  throw new UsageError(
    `settings key ${key}: expected a text of 1 to ${maxLength} characters, found ${length}.`,
    {
      hint: 'Write the value to standard input, or name a file with --from-file.',
    },
  );
}

type Patch = Parameters<typeof writeSecrets>[2];

function nest([name = '', ...below]: readonly string[], value: Secret): Patch {
  return { [name]: below.length === 0 ? value : nest(below, value) };
}
