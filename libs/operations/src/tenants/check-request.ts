import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TenantName, UsageError, isHost, nearest } from '#libs/settings';
import { withDefaults } from './create-steps.js';
import type { CreateRequest } from './create-tenant.js';
import type { Dependencies } from '../dependencies.js';
import { planFirstAdmin } from './first-admin.js';
import { ClaimedTwice, loadFleet } from '../fleet.js';
import { requireServer } from '../home/postgres.js';

/**
 * Finds what is wrong with the options of a creation before anything is made, so that a plan finds it too and an
 * error names the option that was typed, not a file that has been taken back.
 */
export async function checkRequest(
  dependencies: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): Promise<void> {
  const { paths } = dependencies.home;
  const { hosts } = withDefaults(tenant, request);
  if (existsSync(join(paths.tenants, tenant, 'settings.yaml'))) {
    planFirstAdmin(request, []);
    return;
  }
  checkHosts(hosts);
  planFirstAdmin(request, hosts);
  if (request.server !== undefined) requireServer(dependencies.home, request.server);
  for (const profile of request.profiles ?? []) requireProfile(join(paths.tenants, '_profiles'), profile);
  await refuseClaimed(dependencies, tenant, hosts);
}

function checkHosts(hosts: readonly string[]): void {
  const wrong = hosts.find((host) => !isHost(host));
  if (hosts.length > 0 && wrong === undefined) return;
  const found = wrong === undefined ? 'none' : `"${wrong}"`;
  throw new UsageError(
    `--host: expected hosts such as "acme.example.com", without scheme and port, found ${found}.`,
    {
      hint: 'Example: --host acme.example.com,.shop.acme.example.com.',
    },
  );
}

function requireProfile(folder: string, profile: string): void {
  const known = existsSync(folder) ? readdirSync(folder).map((file) => file.replace(/\.yaml$/, '')) : [];
  if (known.includes(profile)) return;
  const near = nearest(profile, known);
  throw new UsageError(`--extends: expected a profile of tenants/_profiles, found "${profile}".`, {
    hint: near === undefined ? `Write tenants/_profiles/${profile}.yaml first.` : `Did you mean "${near}"?`,
  });
}

async function refuseClaimed(
  dependencies: Dependencies,
  tenant: TenantName,
  hosts: readonly string[],
): Promise<void> {
  const wanted = new Set(hosts.map((host) => host.toLowerCase()));
  const { loaded } = await loadFleet(dependencies);
  for (const [name, { settings }] of loaded) {
    const claimed = settings.hosts.find((host) => wanted.has(host));
    if (claimed === undefined || name === tenant) continue;
    throw new ClaimedTwice(`${tenant}: host "${claimed}" is also claimed by ${name}.`, {
      tenant,
      hint: 'Give it a host of its own with --host.',
    });
  }
}
