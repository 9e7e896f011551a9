import {
  type ExitCode,
  InvalidSettings,
  type LoadedSettings,
  type TenantName,
  type TenantryError,
  exitCodes,
  findConflicts,
  formatProblem,
} from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { type TargetSelection, selectTenantsToShow } from '../targets.js';
import { settingsUnder } from './release-settings.js';

interface Finding {
  readonly tenant: string;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

export interface CheckRequest {
  readonly targets: TargetSelection;
  /** Against the base settings and schema of this release instead of the current one. */
  readonly release?: string | undefined;
}

/** Every overlay against the schema, and the fleet against itself. Exit 78 when anything is wrong. */
export async function checkSettings(
  dependencies: Dependencies,
  request: CheckRequest,
): Promise<{ data: unknown; text: string; exitCode: ExitCode }> {
  const names = new Set<string>(await selectTenantsToShow(dependencies, request.targets));
  const loader =
    request.release === undefined
      ? await dependencies.settings()
      : await settingsUnder(dependencies, request.release);
  const { loaded, broken } = loader.loadFleet();
  const findings = [...[...broken].flatMap(describe), ...describeConflicts(loaded.values())].filter(
    ({ tenant }) => names.has(tenant),
  );
  const release = request.release ?? dependencies.release.id;
  return {
    data: { release, checked: names.size, errors: findings },
    text: textOf(findings, { checked: names.size, release: request.release }),
    exitCode: findings.length > 0 ? exitCodes.settings : exitCodes.done,
  };
}

/** All that is wrong with one tenant's settings, not only what came first. */
function describe([tenant, error]: readonly [TenantName, TenantryError]): Finding[] {
  if (!(error instanceof InvalidSettings)) {
    const { message, hint = null, file = null, line = null } = error;
    return [{ tenant, message, hint, file, line }];
  }
  return error.problems.map((problem) => {
    const { hint = null, file, line = null } = problem;
    return { tenant, message: formatProblem(problem), hint, file, line };
  });
}

function describeConflicts(loaded: Iterable<LoadedSettings>): Finding[] {
  return findConflicts(loaded).flatMap((conflict) =>
    conflict.places.map(({ tenant, file, line }) => {
      const others = conflict.tenants.filter((name) => name !== tenant).join(', ');
      const where = file ? `${file}${line ? `:${line}` : ''}` : tenant;
      const message = `${where}: ${conflict.kind} "${conflict.value}" is also claimed by ${others}.`;
      return { tenant, message, hint: null, file: file || null, line: line ?? null };
    }),
  );
}

function textOf(
  findings: readonly Finding[],
  { checked, release }: { checked: number; release: string | undefined },
): string {
  const under = release === undefined ? '' : ` against release ${release}`;
  if (findings.length === 0) return `${checked} checked${under}, all well.`;
  const byTenant = [...Map.groupBy(findings, ({ tenant }) => tenant)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const lines = byTenant.map(([tenant, own]) =>
    [tenant, ...own.map(({ message, hint }) => `  ${message}${hint ? ` ${hint}` : ''}`)].join('\n'),
  );
  return [...lines, `${checked} checked${under}, ${byTenant.length} wrong.`].join('\n');
}
