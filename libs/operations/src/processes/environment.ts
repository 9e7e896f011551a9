import { type LoadedSettings, openTenantHome } from '#libs/settings';
import { memoryEnvironment } from '#libs/release';
import { type Dependencies, nodeEnvOf } from '../dependencies.js';

const inherited: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'],
  // A path only, below which an overlay's `$file` may lead.
  'CREDENTIALS_DIRECTORY',
]);

/**
 * The whole environment of a tenant's process: a few names of the system, the overrides by environment, and what its
 * own overlay and tenantry.yaml (passwords apart) read by `$env`. Nothing else, as the operator's environment may hold what is another tenant's.
 */
export function tenantEnvironment(
  dependencies: Dependencies,
  loaded: LoadedSettings,
): Record<string, string> {
  const { env, home } = dependencies;
  const read = new Set([...loaded.variables, ...openTenantHome(home.paths.home, env).variables]);
  const isWanted = (name: string): boolean =>
    inherited.has(name) || name.startsWith('TENANTRY__') || read.has(name);
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isWanted(entry[0]),
  );
  return {
    ...memoryEnvironment,
    ...Object.fromEntries(passed),
    TENANT: loaded.tenant,
    TENANTRY_HOME: home.paths.home,
    NODE_ENV: nodeEnvOf(env),
  };
}
