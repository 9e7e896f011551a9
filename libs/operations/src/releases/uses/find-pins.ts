import { type Pin, createSettingsLoader, listTenantNames } from '#libs/settings';
import { type Dependencies, nodeEnvOf } from '../../dependencies.js';

export interface FoundPin {
  readonly tenant: string;
  readonly id: string;
  /** File and line. */
  readonly where: string;
}

export interface PinsFound {
  readonly pins: readonly FoundPin[];
  /** By tenant: why its overlay cannot be read. */
  readonly unreadable: ReadonlyMap<string, string>;
}

/** The pins of all tenants, also of those whose settings are wrong otherwise, or whose release is gone. */
export async function findPins(dependencies: Dependencies): Promise<PinsFound> {
  const { home, env } = dependencies;
  const seen = new Map<string, Pin | undefined>();
  const { broken } = createSettingsLoader({
    ...{ home, env, releaseDir: dependencies.currentRelease().dir, nodeEnv: nodeEnvOf(env) },
    application: await dependencies.applications(),
    releaseOf: (tenant, pin) => {
      seen.set(tenant, pin);
      return undefined;
    },
  }).loadFleet();
  const unread = listTenantNames(home.paths).filter((tenant) => !seen.has(tenant));
  return {
    pins: [...seen].flatMap(([tenant, pin]) =>
      pin ? [{ tenant, id: pin.id, where: pin.line === undefined ? pin.file : `${pin.file}:${pin.line}` }] : [],
    ),
    unreadable: new Map(unread.map((tenant) => [tenant, broken.get(tenant)?.message ?? 'it cannot be read'])),
  };
}
