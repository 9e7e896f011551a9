import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listTenantNames } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';

/** A file's time can be so much behind the clock. */
const clockTickMs = 50;

/**
 * Changes whenever a file does that settings are read from: reading a thousand overlays takes a second in which a
 * supervisor could do nothing else, asking for their times some milliseconds. `undefined` while a change is so fresh that
 * another one would not show. What `$file` and `$env` point to is not in it.
 */
export function fleetSignature({
  home,
  currentRelease,
  now,
}: Pick<Dependencies, 'home' | 'currentRelease' | 'now'>): string | undefined {
  const { paths } = home;
  const release = currentRelease();
  const tenants = listTenantNames(paths).map((name) => join(paths.tenants, name));
  const profiles = join(paths.tenants, '_profiles');
  const config = join(release.dir, 'config');
  const files = [
    ...[join(paths.home, 'tenantry.yaml'), ...listed(profiles), ...listed(config)],
    ...listed(join(paths.state, 'held')),
    ...tenants.flatMap((folder) => [join(folder, 'settings.yaml'), join(folder, 'secrets.yaml')]),
  ];
  const fresh = now().getTime() - clockTickMs;
  let signature = release.dir;
  for (const file of files) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && found.ctimeMs >= fresh) return undefined;
    signature += `\n${found === undefined ? file : `${found.ino} ${found.size} ${found.ctimeMs}`}`;
  }
  return signature;
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
