import { hasStaleBundle, listApplications } from '#libs/release';
import type { Dependencies } from '../dependencies.js';

/** What an operator should know when the tenants of a checkout do not run the bundle that was once built there. */
export function staleBundle({ currentRelease }: Pick<Dependencies, 'currentRelease'>): string | undefined {
  const release = currentRelease();
  if (release.kind !== 'checkout') return undefined;
  const stale = listApplications(release).filter((app) => hasStaleBundle(release, app));
  if (stale.length === 0) return undefined;
  return `The bundle of ${stale.join(' and ')} is older than the compiled code, which is run in its place and starts slower. To bundle again: \`npm run build\` in ${release.dir}.`;
}
