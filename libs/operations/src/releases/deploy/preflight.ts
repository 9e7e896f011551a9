import type { Fleet, LoadedSettings, TenantName } from '#libs/settings';
import type { Release } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { loadFleet } from '../../fleet.js';
import { errorText } from '../../outcome.js';
import type { TenantProcesses } from '../../processes/tenant-processes.js';
import { isCreated } from '../../tenants/created.js';
import { checkRelease } from '../list-releases.js';
import { ownReleaseOf } from '../release-of.js';
import { checkDisk, checkEdge, checkProcesses } from './check-places.js';
import { checkConnections, lookAtServers } from './check-servers.js';
import { type Finding, findingText, refusal, settingsFindings } from './findings.js';
import type { DeployOptions } from './journal.js';
import { orderByRings, type Wave } from './rings.js';
import { underRelease } from './under-release.js';

/** How a tenant's database is to follow; asked for each tenant that is to run the release. */
export type Judge = (
  under: Dependencies,
  tenants: readonly TenantName[],
) => Promise<{ findings: Finding[]; steps: Readonly<Record<string, readonly string[]>> }>;

export interface Preflight {
  readonly findings: readonly Finding[];
  /** The world as it is to be. */
  readonly under: Dependencies;
  readonly processes: TenantProcesses | undefined;
  /** Tenants with a process, and those of them that do not answer. */
  readonly running: ReadonlySet<string>;
  readonly unwell: ReadonlySet<string>;
  /** By name, as the release reads them; tenants that are to run it. */
  readonly following: ReadonlyMap<string, LoadedSettings>;
  /** By tenant, the migrations that would be applied, or taken back by a rollback. */
  readonly steps: Readonly<Record<string, readonly string[]>>;
  /** Tenants that are to run the release, in the order in which they come to it. */
  readonly waves: readonly Wave[];
  /** Tenants that keep another release, and which. */
  readonly staying: ReadonlyMap<string, string>;
  /** Tenants whose settings are wrong now already: nobody waits for them. */
  readonly broken: readonly string[];
}

export interface PreflightInput {
  readonly release: Release;
  readonly options: DeployOptions;
  readonly judge: Judge;
}

/** Looks at all that could keep the release from running before anything is changed. Writes nothing. */
export async function preflight(dependencies: Dependencies, input: PreflightInput): Promise<Preflight> {
  const { release, options } = input;
  const intact = await checkIntact(dependencies, release);
  const under = await underRelease(dependencies, release);
  const [now, then] = [await loadFleet(dependencies), await loadFleet(under)];
  const settings = compareFleets(now, then);
  const { following, staying } = divideFleet(under, then, options);
  const { processes, running, unwell, findings: reached } = await checkProcesses(dependencies);
  const servers = await lookAtServers(dependencies, following);
  const names = servers.reachable.map(({ tenant }) => tenant);
  const judged = await input.judge(under, names);
  const findings = [
    ...[...intact, ...settings.findings, ...servers.findings, ...judged.findings, ...reached],
    ...checkDisk(dependencies),
    ...checkConnections(dependencies, servers, { running, width: widthOf(options) }),
    ...(await checkEdge(dependencies, { running })),
  ].map((finding) => accepted(finding, options));
  return {
    ...{ findings, under, processes, staying, steps: judged.steps, broken: settings.broken },
    ...{ running, unwell },
    following: new Map(following.map((each) => [each.tenant, each])),
    waves: wavesOf(dependencies, following, options),
  };
}

/** Who is to run the release, and who keeps another one. A tenant whose creation is not finished is nobody yet. */
export function divideFleet(
  under: Dependencies,
  { loaded }: Fleet,
  options: DeployOptions,
): { following: LoadedSettings[]; staying: Map<string, string> } {
  const created = [...loaded.values()].filter(isCreated);
  const staying = stayingOf(under, created, options);
  return { following: created.filter(({ tenant }) => !staying.has(tenant)), staying };
}

export function wavesOf(
  { home }: Dependencies,
  following: readonly LoadedSettings[],
  { wave }: DeployOptions,
): Preflight['waves'] {
  const ringed = following.map(({ tenant, settings: { ring } }) => ({ name: tenant as string, ring }));
  return orderByRings(ringed, { rings: home.host.rings, wave });
}

export function refused({ findings }: Pick<Preflight, 'findings'>): Finding[] {
  return findings.filter(({ level }) => level === 'refused');
}

export function reportFindings(
  { report }: Pick<Dependencies, 'report'>,
  { findings }: Pick<Preflight, 'findings'>,
): void {
  for (const finding of findings)
    (finding.level === 'refused' ? report.failed : report.warn)(findingText(finding));
}

async function checkIntact(dependencies: Dependencies, { id }: Release): Promise<Finding[]> {
  try {
    await checkRelease(dependencies, id);
    return [];
  } catch (error) {
    return [refusal('release', errorText(error))];
  }
}

/** What the release would break is refused; what is broken already is said, and stops nobody else. */
function compareFleets(now: Fleet, then: Fleet): { findings: Finding[]; broken: string[] } {
  const findings: Finding[] = [];
  const broken: string[] = [];
  for (const [tenant, error] of then.broken) {
    const found = settingsFindings(tenant, error);
    if (now.broken.has(tenant)) broken.push(tenant);
    findings.push(...(now.broken.has(tenant) ? found.map(asWarning) : found));
  }
  return { findings, broken };
}

function asWarning(finding: Finding): Finding {
  return { ...finding, level: 'warning' };
}

function stayingOf(
  dependencies: Dependencies,
  loaded: readonly LoadedSettings[],
  { stay }: DeployOptions,
): Map<string, string> {
  const staying = new Map<string, string>();
  for (const each of loaded) {
    const own = ownReleaseOf(dependencies, each);
    if (own?.why === 'pinned') staying.set(each.tenant, own.id);
    else if (stay.includes(each.tenant)) staying.set(each.tenant, 'what it runs');
  }
  return staying;
}

function widthOf({ wave }: DeployOptions): number {
  return wave === undefined ? 1 : mostAtOnce;
}

/** Starting more at a time than there are processors only makes each of them late. */
export const mostAtOnce = 4;

function accepted(finding: Finding, { accept }: DeployOptions): Finding {
  return accept.includes(finding.check) ? asWarning(finding) : finding;
}
