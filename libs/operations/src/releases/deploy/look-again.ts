import type { Fleet, LoadedSettings } from '#libs/settings';
import { loadFleet } from '../../fleet.js';
import { errorText } from '../../outcome.js';
import { expandDatabases } from './change-databases.js';
import { checkProcesses } from './check-places.js';
import type { Deploying } from './context.js';
import { type Finding, findingText } from './findings.js';
import { judgeOf } from './judge-databases.js';
import { divideFleet, type Preflight, wavesOf } from './preflight.js';
import { roll } from './roll.js';
import { putBack } from './turn-tenant.js';

/**
 * Brings all tenants to the release, those as well that came since the first look: by `tenant create`, or because their
 * settings were mended. Looks until nobody has come. Who comes later than the last look finds that `current` has turned.
 */
export async function rollEverybody(deploying: Deploying): Promise<void> {
  const { dependencies, record } = deploying;
  let { found } = deploying;
  let members = [...found.following.values()];
  for (let isFirst = true; isFirst || members.length > 0; isFirst = false) {
    const late = await takeIn({ ...deploying, found });
    found = late.found;
    members = [...(isFirst ? members : []), ...late.members];
    const waves = wavesOf(dependencies, members, record.journal.options);
    await roll({ ...deploying, found: { ...found, waves } });
  }
}

interface Late {
  /** All that is known now. */
  readonly found: Preflight;
  /** Those who came and can live with the release; their databases have what it adds. */
  readonly members: readonly LoadedSettings[];
}

async function takeIn(deploying: Deploying): Promise<Late> {
  const { record, release, found: known } = deploying;
  const { late, found: seen } = await lookAgain(deploying);
  if (late.length === 0) return { found: seen, members: [] };
  const names = late.map(({ tenant }) => tenant);
  deploying.dependencies.report.step(`${names.join(', ')}: came since the deploy began`);
  // What the lint says was said, or accepted, before the deploy began.
  const { findings, steps } = await judgeOf(record.journal, release)(known.under, names);
  const now = { ...deploying, found: { ...seen, steps: { ...seen.steps, ...steps } } };
  const refusals = findings.filter(({ level }) => level === 'refused');
  const members = late.filter(({ tenant }) => refusals.every((finding) => finding.tenant !== tenant));
  for (const finding of refusals) await leaveBehind(now, finding);
  if (record.journal.verb === 'deploy') await expandDatabases(now, members.map(({ tenant }) => tenant));
  return { found: now.found, members };
}

async function lookAgain({ dependencies, record, found }: Deploying): Promise<{ late: LoadedSettings[]; found: Preflight }> {
  const fleet = await loadFleet(found.under);
  const { following, staying } = divideFleet(found.under, fleet, record.journal.options);
  const isNew = (tenant: string): boolean => !found.following.has(tenant) && !found.staying.has(tenant);
  const late = following.filter(({ tenant }) => isNew(tenant));
  for (const tenant of [...staying.keys()].filter(isNew)) record.turn(tenant, { state: 'stays' });
  for (const { tenant } of late) record.turn(tenant, { state: 'waiting' });
  const broken = [...found.broken, ...noteBroken({ dependencies, record }, { fleet, known: found, isNew })];
  const { findings, processes, running, unwell } = await checkProcesses(dependencies);
  return {
    late,
    found: {
      ...{ ...found, broken },
      // A manager that does not answer at this moment was there before.
      ...(findings.length === 0 && { processes, running, unwell }),
      following: new Map([...found.following, ...late.map((each) => [each.tenant, each] as const)]),
      staying: new Map([...found.staying, ...staying]),
    },
  };
}

function noteBroken(
  { dependencies, record }: Pick<Deploying, 'dependencies' | 'record'>,
  { fleet, known, isNew }: { fleet: Fleet; known: Preflight; isNew: (tenant: string) => boolean },
): string[] {
  const broken = [...fleet.broken].filter(([tenant]) => isNew(tenant) && !known.broken.includes(tenant));
  for (const [tenant, error] of broken) {
    record.turn(tenant, { state: 'broken', error: errorText(error) });
    dependencies.report.warn(`${tenant}: came since the deploy began, and is left as it is: ${errorText(error)}`);
  }
  return broken.map(([tenant]) => tenant);
}

/** One that came and cannot live with the release: it stays on what it was made for, and stops nobody else. */
async function leaveBehind(deploying: Deploying, finding: Finding): Promise<void> {
  const { dependencies, record } = deploying;
  const { tenant, message } = finding;
  if (tenant === null) return;
  record.turn(tenant, { state: 'failed', before: record.journal.from, error: message });
  record.tell(tenant, `${record.journal.verb} failed`, { error: message });
  dependencies.report.failed(findingText(finding));
  await putBack(deploying, tenant);
}
