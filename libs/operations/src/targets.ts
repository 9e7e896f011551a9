import {
  UsageError,
  type LoadedSettings,
  type TenantName,
  listTenantNames,
  requireTenant,
} from '#libs/settings';
import type { Dependencies } from './dependencies.js';
import { loadFleet } from './fleet.js';

/** What was typed to say which tenants are meant. */
export interface TargetSelection {
  readonly names: readonly string[];
  readonly all: boolean;
  /** `ring=canary`: tenants whose setting has this value. */
  readonly select?: string | undefined;
  readonly exclude: readonly string[];
}

export const everyTenant: TargetSelection = { names: [], all: true, exclude: [] };

export class NoTarget extends UsageError {
  override readonly code = 'NO_TARGET';
}

export class NothingSelected extends UsageError {
  override readonly code = 'NOTHING_SELECTED';
}

/**
 * The tenants that the selection names, sorted. Throws NoTarget when nothing was typed: a command that changes
 * something never guesses a tenant, nor "all".
 */
export async function selectTenants(
  dependencies: Dependencies,
  selection: TargetSelection,
): Promise<TenantName[]> {
  const { paths } = dependencies.home;
  const ways = [selection.names.length > 0, selection.all, selection.select !== undefined].filter(
    Boolean,
  ).length;
  if (ways === 0) {
    throw new NoTarget('targets: expected --tenant, --all or --select, found none.', {
      hint: 'Name tenants with --tenant acme,zed, or type --all if you mean every one.',
    });
  }
  if (ways > 1) {
    throw new UsageError('targets: expected one of --tenant, --all and --select, found several.', {
      hint: 'Use one of them, and --exclude to leave tenants out.',
    });
  }
  const excluded = new Set(selection.exclude.map((text) => requireTenant(paths, text)));
  const meant = await meantBy(dependencies, selection);
  return [...new Set(meant)].filter((name) => !excluded.has(name)).toSorted();
}

/** As selectTenants, for commands that only look: nothing typed means every tenant. */
export async function selectTenantsToShow(
  dependencies: Dependencies,
  selection: TargetSelection,
): Promise<TenantName[]> {
  const isEmpty = selection.names.length === 0 && !selection.all && selection.select === undefined;
  return selectTenants(dependencies, isEmpty ? { ...selection, all: true } : selection);
}

async function meantBy(dependencies: Dependencies, selection: TargetSelection): Promise<TenantName[]> {
  const { paths } = dependencies.home;
  if (selection.all) return listTenantNames(paths);
  if (selection.select !== undefined) return selectedBy(dependencies, selection.select);
  return selection.names.map((text) => requireTenant(paths, text));
}

async function selectedBy(dependencies: Dependencies, text: string): Promise<TenantName[]> {
  const { key, value } = parseSelector(text);
  const fleet = await loadFleet(dependencies);
  for (const [name, error] of fleet.broken)
    dependencies.report.warn(`${name}: not considered: ${error.message}`);
  const matching = [...fleet.loaded.values()].filter((loaded) => String(valueAt(loaded, key)) === value);
  if (matching.length === 0) {
    throw new NothingSelected(`--select ${text}: matches no tenant.`, {
      hint: `Look at the values with \`tenantry settings show TENANT\`.`,
    });
  }
  return matching.map(({ tenant }) => tenant);
}

function parseSelector(text: string): { key: string; value: string } {
  const [, key, value] = /^([\w.]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new UsageError(`--select: expected key=value, found "${text}".`, {
      hint: 'Example: --select ring=canary.',
    });
  }
  return { key, value };
}

function valueAt(loaded: LoadedSettings, key: string): unknown {
  let value: unknown = loaded.settings;
  for (const part of key.split('.')) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}
