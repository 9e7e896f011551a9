import { activate, recordRelease } from '#libs/release';
import { forEachOf } from '../../outcome.js';
import { type Deploying, DeployInterrupted, DeployStopped } from './context.js';
import { mostAtOnce } from './preflight.js';
import { putBack, restartAsBefore, turnTenant } from './turn-tenant.js';

/**
 * Brings the tenants to the release wave by wave. The first wave with a failure is the last: what failed goes back to
 * what it ran. Throws DeployStopped or DeployInterrupted.
 */
export async function roll(deploying: Deploying): Promise<void> {
  const { dependencies, found, held, record } = deploying;
  for (const { ring, tenants } of found.waves) {
    held.requireHeld();
    if (dependencies.signal.aborted) throw new DeployInterrupted('interrupted.');
    await forEachOf(tenants, mostAtOnce, (tenant) => turnTenant(deploying, tenant));
    const failed = tenants.filter((tenant) => isOurFailure(deploying, tenant));
    if (failed.length === 0) continue;
    await recover(deploying, failed);
    const [first = ''] = failed;
    const { error } = record.turnOf(first);
    throw new DeployStopped(`ring ${ring}: ${first}: ${error ?? 'failed'}`, { tenant: first });
  }
}

/** One that was not well before fails for reasons of its own: nobody else waits for it. */
function isOurFailure({ record }: Deploying, tenant: string): boolean {
  const { state, wasUnwell } = record.turnOf(tenant);
  return state === 'failed' && wasUnwell !== true;
}

/**
 * While no tenant was proved on the release, nothing speaks for it: then `current` itself goes back, unless a database
 * has taken a step that the release before could not live with.
 */
async function recover(deploying: Deploying, failed: readonly string[]): Promise<void> {
  const { dependencies, record } = deploying;
  const { from, release, run, tenants } = record.journal;
  const { paths } = dependencies.home;
  const isCrossed = Object.values(tenants).some((turn) => turn.isCrossed === true);
  const isUnproved = record.those('done').length === 0;
  if (isUnproved && !isCrossed && from !== null && from !== release) {
    activate(paths, from);
    const at = dependencies.now().toISOString();
    recordRelease(paths, { at, run, event: 'rolled back', release: from, from: release });
    record.update({ step: 'flip', flipMs: null });
    dependencies.report.warn(`no tenant runs on ${release}: current is ${from} again`);
    for (const tenant of failed) await restartAsBefore(deploying, tenant);
    return;
  }
  for (const tenant of failed) await putBack(deploying, tenant);
}
