import { rmSync } from 'node:fs';
import { writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { refreshStartScripts } from '../../hosting/refresh-start-scripts.js';
import { type Hold, holdFile } from '../release-of.js';

/** From its next start on the tenant runs this release, whatever `current` is. */
export async function holdTenant(dependencies: Dependencies, tenant: string, hold: Hold): Promise<void> {
  const { paths } = dependencies.home;
  writeFileAtomically(holdFile(paths, tenant), `${JSON.stringify(hold)}\n`, 0o640);
  await refreshStartScripts(dependencies, [tenant]);
}

/** From its next start on the tenant runs what is current. */
export async function letGo(dependencies: Dependencies, tenant: string): Promise<void> {
  rmSync(holdFile(dependencies.home.paths, tenant), { force: true });
  await refreshStartScripts(dependencies, [tenant]);
}
