import { type ExitCode, UsageError, exitCodes } from '#libs/settings';
import { type LintFinding, lintMigrations, migrationNames } from '#libs/database';
import { listApplications, loadApplication } from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { reachServer } from '../home/postgres.js';
import { releaseNamed } from './fleet-databases.js';

export interface LintRequest {
  /** Default: the release that tenants run. */
  readonly release?: string | undefined;
  /** Only these migrations; default: all. All of them run in the scratch database either way. */
  readonly names?: ReadonlySet<string> | undefined;
  /** Only those that come after this one. */
  readonly since?: string | undefined;
}

export interface LintReport {
  readonly release: string;
  /** What would harm a tenant that is in use, and is not allowed by its migration. */
  readonly findings: readonly LintFinding[];
  readonly allowed: readonly LintFinding[];
  readonly text: string;
  readonly exitCode: ExitCode;
}

/**
 * Looks for statements that block or break tenants which run meanwhile, by what the release's migrations really run in
 * a scratch database on the home's default server. Exit 1 when it found some.
 */
export async function lintRelease(
  dependencies: Dependencies,
  request: LintRequest = {},
): Promise<LintReport> {
  const { home } = dependencies;
  const isOther = request.release !== undefined && request.release !== dependencies.release.id;
  const release = isOther ? releaseNamed(dependencies, request.release ?? '') : dependencies.release;
  const applications = isOther
    ? await Promise.all(
        listApplications(release).map((name) => loadApplication(release, name, { isBundled: true })),
      )
    : await dependencies.applications();
  const server = await reachServer(dependencies, home.host.postgres.default);
  const found: LintFinding[] = [];
  const isMeant = meantBy(
    request,
    applications.flatMap(({ migrations }) => migrationNames(migrations)),
  );
  for (const { migrations } of applications) {
    if (!migrationNames(migrations).some(isMeant)) continue;
    found.push(...(await lintMigrations(server, migrations)).filter(({ migration }) => isMeant(migration)));
  }
  return report(release.id, found);
}

function meantBy({ names, since }: LintRequest, all: readonly string[]): (name: string) => boolean {
  if (since !== undefined && !all.includes(since)) {
    throw new UsageError(`--since ${since}: the release has no migration of that name.`, {
      hint: `Its migrations are ${all.join(', ') || 'none'}.`,
    });
  }
  const timestamp = (name: string): string => name.slice(-13);
  return (name) =>
    (names === undefined || names.has(name)) && (since === undefined || timestamp(name) > timestamp(since));
}

function report(release: string, found: readonly LintFinding[]): LintReport {
  const findings = found.filter(({ allowed }) => allowed === null);
  const allowed = found.filter((each) => each.allowed !== null);
  const text =
    findings.length > 0 ? findings.map(describeFinding).join('\n') : 'No migration harms tenants in use.';
  return {
    release,
    findings,
    allowed,
    text,
    exitCode: findings.length > 0 ? exitCodes.failed : exitCodes.done,
  };
}

/** `CreatePages…: index-not-concurrent: CREATE INDEX …` and what to do instead. */
export function describeFinding({ migration, rule, statement, harm, instead }: LintFinding): string {
  return `${migration}: ${rule}: ${statement}\n  ${harm}. Rather: ${instead}; or say why it does no harm: lintAllow = { '${rule}': '…' }.`;
}
