import { isDeepStrictEqual } from 'node:util';
import { type LoadedSettings, Secret, UsageError, requireTenant } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { settingsUnder } from './release-settings.js';
import { type SettingsRow, settingsRows, valuePrinter } from './settings-rows.js';

export interface DiffRequest {
  readonly tenant: string;
  /** The other tenant; or the same one under another release. */
  readonly other?: string | undefined;
  readonly release?: string | undefined;
}

/** One side of a difference; null where nothing is set. */
interface Side {
  readonly value: unknown;
  readonly source: string;
}

/** Where two tenants' settings differ, or one tenant's under two releases. Secrets are compared, never printed. */
export async function diffSettings(
  dependencies: Dependencies,
  request: DiffRequest,
): Promise<{ data: unknown; text: string }> {
  const { from, to } = await loadSides(dependencies, request);
  const before = rowsByKey(from.loaded);
  const after = rowsByKey(to.loaded);
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  const changes = keys
    .filter((key) => !isSame(before.get(key)?.value, after.get(key)?.value))
    .map((key) => ({ key, from: sideOf(before.get(key)), to: sideOf(after.get(key)) }));
  const name = ({ tenant, release }: Loaded): string =>
    request.release === undefined ? tenant : `${tenant} under ${release}`;
  const print = valuePrinter(to.loaded.application);
  const lines = changes.flatMap((change) => [
    change.key,
    ...(change.from ? [`  - ${print(change.key, change.from.value)}  # ${change.from.source}`] : []),
    ...(change.to ? [`  + ${print(change.key, change.to.value)}  # ${change.to.source}`] : []),
  ]);
  const text =
    changes.length > 0
      ? [`- ${name(from)}`, `+ ${name(to)}`, ...lines].join('\n')
      : `${name(from)} and ${name(to)}: no difference.`;
  return { data: { from: nameOf(from), to: nameOf(to), changes }, text };
}

interface Loaded {
  readonly tenant: string;
  readonly release: string;
  readonly loaded: LoadedSettings;
}

async function loadSides(
  dependencies: Dependencies,
  { tenant, other, release }: DiffRequest,
): Promise<{ from: Loaded; to: Loaded }> {
  if ((other === undefined) === (release === undefined)) {
    throw new UsageError('settings diff: expected a second tenant or --release.', {
      hint: `Example: tenantry settings diff ${tenant} --release 1.2.0.`,
    });
  }
  const { paths } = dependencies.home;
  const loader = await dependencies.settings();
  const load = (text: string, under = loader): LoadedSettings => under.load(requireTenant(paths, text));
  const here = dependencies.release.id;
  const from = { tenant, release: here, loaded: load(tenant) };
  if (release === undefined) {
    return { from, to: { tenant: other ?? '', release: here, loaded: load(other ?? '') } };
  }
  return {
    from,
    to: { tenant, release, loaded: load(tenant, await settingsUnder(dependencies, release)) },
  };
}

function nameOf({ tenant, release }: Loaded): { tenant: string; release: string } {
  return { tenant, release };
}

function rowsByKey(loaded: LoadedSettings): Map<string, SettingsRow> {
  return new Map(settingsRows(loaded).map((row) => [row.key, row]));
}

function sideOf(row: SettingsRow | undefined): Side | null {
  return row === undefined ? null : { value: row.value, source: row.source };
}

function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(opened(a), opened(b));
}

/** Two secrets are two objects, whatever they hold. A release brings its own class of them. */
function opened(value: unknown): unknown {
  const isSecret = value instanceof Secret || (value as Partial<Secret> | undefined)?.reveal !== undefined;
  return isSecret ? (value as Secret).reveal() : value;
}
