import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GeneratedFile, startScriptFolder, startScripts } from '#libs/hosting';
import type { Dependencies } from '../dependencies.js';
import { writeGenerated } from './file-tree.js';

/** The line that names the release. */
const release = /^exec .*$/m;

/**
 * Has the start scripts that are in place start the release that their tenants are to run by now, and changes nothing else
 * about them. Nothing is restarted: who starts next, as after a crash, must not be of another release than the tenant's.
 */
export async function refreshStartScripts(
  dependencies: Dependencies,
  tenants?: readonly string[],
): Promise<void> {
  const { home } = dependencies.home.paths;
  if (!existsSync(join(home, startScriptFolder))) return;
  const { makeHostingPlan } = await import('./make-plan.js');
  const { plan } = await makeHostingPlan(dependencies);
  const units = plan.units.filter(({ tenant }) => tenants?.includes(tenant) ?? true);
  for (const wanted of startScripts.generate({ ...plan, units })) refresh(home, wanted);
}

function refresh(home: string, wanted: GeneratedFile): void {
  const file = join(home, wanted.path);
  if (!existsSync(file)) return;
  const before = readFileSync(file, 'utf8');
  const line = release.exec(wanted.text)?.[0] ?? '';
  // A function, since a path may hold what means something in a replacement.
  const text = before.replace(release, () => line);
  if (text !== before) writeGenerated(home, { ...wanted, text });
}
