import { resolve } from 'node:path';
import { exitCodes } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { brokenOf, type HostingOutcome, reportBroken, stepsOf } from './apply-hosting.js';
import { compareHosting, type TargetChanges } from './compare-hosting.js';
import { writeGenerated } from './file-tree.js';
import { makeHostingPlan } from './make-plan.js';
import { hostingTargets } from './targets.js';
import { unifiedDiff } from './unified-diff.js';

/** Writes every file below a folder, to be looked at: nothing reads them there. */
export async function generateHosting(
  dependencies: Dependencies,
  { out, cwd }: { readonly out: string; readonly cwd: string },
): Promise<HostingOutcome> {
  const planned = await makeHostingPlan(dependencies);
  reportBroken(dependencies, planned);
  const folder = resolve(cwd, out);
  const files = hostingTargets(dependencies).flatMap((target) => target.generate(planned.plan));
  for (const file of files) writeGenerated(folder, file);
  const paths = files.map(({ path }) => path).sort();
  return {
    data: { folder, files: paths, broken: brokenOf(planned) },
    text: `${paths.length} files in ${folder}. To put them in place, run: tenantry hosting apply`,
    exitCode: planned.broken.size === 0 ? exitCodes.done : exitCodes.partial,
  };
}

/** What `hosting apply` would change, line by line. */
export async function diffHosting(dependencies: Dependencies): Promise<HostingOutcome> {
  const planned = await makeHostingPlan(dependencies);
  reportBroken(dependencies, planned);
  const targets = compareHosting(planned, hostingTargets(dependencies));
  const steps = targets.flatMap(stepsOf);
  return {
    data: { changes: steps, broken: brokenOf(planned) },
    text: steps.length === 0 ? 'No differences.' : targets.flatMap(diffsOf).join('\n'),
    exitCode: planned.broken.size === 0 ? exitCodes.done : exitCodes.partial,
  };
}

function diffsOf({ home, installed, target }: TargetChanges): string[] {
  const known = new Set(home.map((change) => unifiedDiff('', change).split('\n').slice(2).join('\n')));
  // A copy that differs as its original does is not shown twice.
  const copies = installed
    .map((change) => unifiedDiff(target.installDir ?? '', change))
    .filter((text) => !known.has(text.split('\n').slice(2).join('\n')));
  return [...home.map((change) => unifiedDiff('', change)), ...copies];
}
