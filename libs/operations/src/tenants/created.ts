import { SettingsError, type LoadedSettings } from '#libs/settings';

export class NotCreated extends SettingsError {
  override readonly code = 'NOT_CREATED';
}

/** Whether the tenant's creation was finished: its passwords are written last. */
export function isCreated({ settings }: LoadedSettings): boolean {
  return settings.database.runtimePassword !== undefined && settings.database.ownerPassword !== undefined;
}

export function requireCreated(loaded: LoadedSettings): void {
  if (isCreated(loaded)) return;
  throw new NotCreated(`${loaded.tenant}: has an overlay, but no database yet.`, {
    tenant: loaded.tenant,
    hint: `Run \`tenantry tenant create ${loaded.tenant}\`.`,
  });
}
