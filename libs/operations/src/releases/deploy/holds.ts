import { rmSync } from 'node:fs';
import { writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../../dependencies.js';
import { type Hold, holdFile } from '../release-of.js';

type Needed = Pick<Dependencies, 'home'>;

/** From its next start on the tenant runs this release, whatever `current` is. */
export function holdTenant({ home }: Needed, tenant: string, hold: Hold): void {
  writeFileAtomically(holdFile(home.paths, tenant), `${JSON.stringify(hold)}\n`, 0o640);
}

/** From its next start on the tenant runs what is current. */
export function letGo({ home }: Needed, tenant: string): void {
  rmSync(holdFile(home.paths, tenant), { force: true });
}
