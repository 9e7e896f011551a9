import { compareHosting } from '../hosting/compare-hosting.js';
import { stepsOf } from '../hosting/apply-hosting.js';
import { makeHostingPlan } from '../hosting/make-plan.js';
import { hostingTargets } from '../hosting/targets.js';
import type { Examined } from './examine.js';
import { found, type Found } from './finding.js';
import { shortened } from '../shortened.js';

/** Whether the files for process manager and edge server are as the overlays want them. */
export async function checkHosting({ dependencies }: Examined): Promise<Found[]> {
  const { processes, edge } = dependencies.home.host;
  const planned = await makeHostingPlan(dependencies);
  const changes = compareHosting(planned, hostingTargets(dependencies));
  const steps = changes.flatMap(stepsOf);
  // Where our own supervisor and gateway do the work, start scripts are there only if somebody asked for them.
  const isAsked =
    processes !== 'embedded' || edge !== 'gateway' || steps.some((step) => !step.startsWith('add '));
  if (steps.length === 0 || !isAsked) return [];
  const what = 'files for process manager and edge server are not as the settings want them';
  return [
    found('hosting-differs', {
      ...{ where: 'hosting', what, found: `to do: ${shortened(steps, 3, '; ')}` },
      fix: 'tenantry hosting apply (look first: tenantry hosting diff)',
    }),
  ];
}
