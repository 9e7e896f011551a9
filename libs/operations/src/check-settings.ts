import {
  type ExitCode,
  type LoadedSettings,
  type TenantName,
  type TenantryError,
  exitCodes,
  findConflicts,
  requireTenant,
} from '#libs/settings';
import type { Dependencies } from './dependencies.js';
import { type TargetSelection, selectTenantsToShow } from './targets.js';

interface Finding {
  readonly tenant: string;
  readonly message: string;
  readonly hint: string | null;
  readonly file: string | null;
  readonly line: number | null;
}

/** Every overlay against the schema, and the fleet against itself. Exit 78 when anything is wrong. */
export async function checkSettings(
  dependencies: Dependencies,
  targets: TargetSelection,
): Promise<{ data: unknown; text: string; exitCode: ExitCode }> {
  const names = await selectTenantsToShow(dependencies, targets);
  const { loaded, broken } = (await dependencies.settings()).loadFleet();
  const conflicts = findConflicts(loaded.values()).flatMap((conflict) =>
    conflict.places.map(({ tenant, file, line }): Finding => {
      const others = conflict.tenants.filter((name) => name !== tenant).join(', ');
      const where = file ? `${file}${line ? `:${line}` : ''}` : tenant;
      const message = `${where}: ${conflict.kind} "${conflict.value}" is also claimed by ${others}.`;
      return { tenant, message, hint: null, file: file ?? null, line: line ?? null };
    }),
  );
  const findings = [...[...broken].map(describe), ...conflicts].filter(({ tenant }) =>
    names.some((n) => n === tenant),
  );
  const text = findings.length > 0 ? textOf(findings) : `${names.length} checked, all well.`;
  return {
    data: { checked: names.length, errors: findings },
    text,
    exitCode: findings.length > 0 ? exitCodes.settings : exitCodes.done,
  };
}

function describe([tenant, error]: readonly [TenantName, TenantryError]): Finding {
  const { message, hint = null, file = null, line = null } = error;
  return { tenant, message, hint, file, line };
}

function textOf(findings: readonly Finding[]): string {
  const byTenant = Map.groupBy(findings, ({ tenant }) => tenant);
  return [...byTenant]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([tenant, own]) =>
      [tenant, ...own.map(({ message, hint }) => `  ${message}${hint ? ` ${hint}` : ''}`)].join('\n'),
    )
    .join('\n');
}

/** The merged settings with the place that set each. Secrets print as `[secret]`. */
export async function showSettings(
  dependencies: Dependencies,
  text: string,
): Promise<{ data: unknown; text: string }> {
  const tenant = requireTenant(dependencies.home.paths, text);
  const loaded = (await dependencies.settings()).load(tenant);
  const rows = leaves(loaded.settings, '').map(({ key, value }) => ({
    key,
    value,
    source: placeOf(loaded, key),
  }));
  const width = Math.max(...rows.map(({ key, value }) => `${key}: ${JSON.stringify(value)}`.length));
  const lines = rows.map(
    ({ key, value, source }) =>
      `${`${key}: ${JSON.stringify(value)}`.padEnd(Math.min(width, 60))}  # ${source}`,
  );
  return { data: { tenant, settings: loaded.settings, sources: sourcesOf(rows) }, text: lines.join('\n') };
}

function sourcesOf(rows: readonly { key: string; source: string }[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ key, source }) => [key, source]));
}

function placeOf(loaded: LoadedSettings, key: string): string {
  const source = loaded.source(key);
  if (!source) return 'built in';
  return source.line === undefined ? source.file : `${source.file}:${source.line}`;
}

function leaves(value: unknown, key: string): { key: string; value: unknown }[] {
  const isMapping =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isMapping || Object.keys(value).length === 0) return key ? [{ key, value }] : [];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, key ? `${key}.${name}` : name));
}
