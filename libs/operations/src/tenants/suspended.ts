import { type LoadedSettings, RefusedError } from '#libs/settings';

export class Suspended extends RefusedError {
  override readonly code = 'SUSPENDED';
}

export function isSuspended({ settings }: Pick<LoadedSettings, 'settings'>): boolean {
  return settings.suspended === true;
}

/** Throws Suspended (exit 4). */
export function refuseSuspended(loaded: Pick<LoadedSettings, 'tenant' | 'settings'>): void {
  if (!isSuspended(loaded)) return;
  const { tenant } = loaded;
  throw new Suspended(`${tenant}: is suspended.`, {
    tenant,
    hint: `Run \`tenantry tenant resume ${tenant}\`.`,
  });
}
