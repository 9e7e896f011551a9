import type { TenantApplication } from './tenant-application.js';

/**
 * Boots the application for the tenant that `TENANT` names, in the home that `TENANTRY_HOME` names.
 * `entryUrl` is the caller's `import.meta.url`: the release is the directory around it.
 */
export async function runTenant(app: TenantApplication, entryUrl: string): Promise<void> {
  await Promise.resolve([app, entryUrl]);
}
