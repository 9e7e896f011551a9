import { RefusedError, type TenantName } from '#libs/settings';
import { planMigration } from '#libs/database';
import type { Release } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { compareHistory } from '../../migrations/compare-history.js';
import { FleetDatabases, type ReachedTenant } from '../../migrations/fleet-databases.js';
import { describeFinding, lintRelease } from '../../migrations/lint-release.js';
import { lookAtEach } from '../../migrations/plan-tenants.js';
import { errorText } from '../../outcome.js';
import { type Finding, refusal, warning } from './findings.js';
import type { DeployJournal, DeployOptions } from './journal.js';
import type { Judge } from './preflight.js';

/** Migrations of the tenants' databases by tenant, those that take something away marked. */
interface Looked {
  readonly name: string;
  readonly names: readonly string[];
  readonly contracting: readonly string[];
  readonly error: string | null;
}

/** How the databases follow a deploy, or a rollback. */
export function judgeOf(
  { verb, options }: Pick<DeployJournal, 'verb' | 'options'>,
  release: Release,
): Judge {
  return verb === 'deploy' ? judgeForward(release) : judgeBackward(release, options);
}

/** What a deploy would apply; what the guards of `migrate` refuse is refused here, before anything is begun. */
function judgeForward(release: Release): Judge {
  return async (under, tenants) => {
    const looked = await look(under, { release, tenants }, async ({ db, identity, of }) => {
      const { migrations } = of.application;
      const { pending } = await planMigration({ db, identity, migrations, hashes: of.hashes });
      const kinds = new Map(of.described.map(({ name, kind }) => [name, kind]));
      return { names: pending, contracting: pending.filter((name) => kinds.get(name) === 'contract') };
    });
    const findings = looked.flatMap(({ name, error, contracting }): Finding[] => {
      if (error !== null) return [refusal('migrations', error, { tenant: name })];
      if (contracting.length === 0) return [];
      const message = `${contracting.join(', ')} takes away what older releases use: a rollback will not cross it by itself.`;
      return [warning('migrations', message, { tenant: name })];
    });
    return { findings: [...findings, ...(await lint(under, looked))], steps: stepsOf(looked) };
  };
}

/** Visitors come all the while, so what would keep them waiting, or break the release before, is refused. */
async function lint(under: Dependencies, looked: readonly Looked[]): Promise<Finding[]> {
  const names = new Set(looked.flatMap((each) => each.names));
  if (names.size === 0) return [];
  try {
    const { findings } = await lintRelease(under, { names });
    return findings.map((finding) => refusal('lint', describeFinding(finding)));
  } catch (error) {
    return [warning('lint', `the migrations were not looked at: ${errorText(error)}`)];
  }
}

/**
 * What a rollback would cross: migrations that the older release does not know. Those that only added may stay; for the
 * others somebody has to say, tenant by tenant, whether they are taken back or the tenant stays.
 */
function judgeBackward(release: Release, { down }: DeployOptions): Judge {
  return async (under, tenants) => {
    const looked = await look(under, { release, tenants }, crossedBy);
    const findings = looked.flatMap(({ name, error, contracting, names }): Finding[] => {
      if (error !== null) return [refusal('migrations', error, { tenant: name })];
      if (names.length === 0 && down.includes(name)) {
        return [warning('migrations', 'nothing has to be taken back.', { tenant: name })];
      }
      if (contracting.length === 0 || down.includes(name)) return [];
      const message = `${contracting.join(', ')} took away what release ${release.id} may use.`;
      const hint = `Take it back with --down ${name}, or leave the tenant where it is with --stay ${name}.`;
      return [refusal('migrations', message, { tenant: name, hint })];
    });
    const meant = looked.filter(({ name }) => down.includes(name));
    return { findings, steps: stepsOf(meant) };
  };
}

/** The release is not an older one for this tenant. */
export class NotBackward extends RefusedError {
  override readonly code = 'NOT_BACKWARD';
}

const notBackward = { hint: 'Deploy that release instead: a deploy migrates.' };

/** `names`: from the first contracting one to the last, the newest last: what has to be taken back. */
async function crossedBy(reached: ReachedTenant): Promise<Pick<Looked, 'names' | 'contracting'>> {
  const { missing, contracting, order } = await compareHistory(reached);
  if (missing.length > 0) throw new NotBackward(`the database lacks ${missing.join(', ')}.`, notBackward);
  const first = order.indexOf(contracting[0] ?? '');
  return { names: first < 0 ? [] : order.slice(first), contracting };
}

async function look(
  under: Dependencies,
  { release, tenants }: { release: Release; tenants: readonly TenantName[] },
  ask: (reached: ReachedTenant) => Promise<Pick<Looked, 'names' | 'contracting'>>,
): Promise<Looked[]> {
  const databases = await FleetDatabases.open(under, release);
  const contracting = new Map<string, readonly string[]>();
  const outcomes = await lookAtEach(
    under,
    {
      ...{ databases, tenants },
      look: async (reached) => {
        const found = await ask(reached);
        contracting.set(reached.loaded.tenant, found.contracting);
        return { names: [...found.names], head: null };
      },
    },
    () => undefined,
  );
  return outcomes.map(({ name, pending, error }) => ({
    ...{ name, error, names: pending as readonly string[] },
    contracting: contracting.get(name) ?? [],
  }));
}

function stepsOf(looked: readonly Looked[]): Record<string, readonly string[]> {
  const some = looked.filter(({ names }) => names.length > 0);
  return Object.fromEntries(some.map(({ name, names }) => [name, names]));
}
