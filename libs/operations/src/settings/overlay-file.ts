import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { diff } from 'node:util';
import { type HomePaths, type TenantName, writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';

/** Old overlays that are kept of each tenant. */
const keptVersions = 20;

export function overlayFile({ tenants }: HomePaths, tenant: TenantName): string {
  return join(tenants, tenant, 'settings.yaml');
}

export function readOverlay(paths: HomePaths, tenant: TenantName): string {
  return readFileSync(overlayFile(paths, tenant), 'utf8');
}

/**
 * Replaces the overlay in one step; a crash leaves the old file or the new. Before that, the old text is put into
 * `state/overlays/<tenant>/<run>.yaml`, whose path is the answer; the newest 20 are kept.
 */
export function replaceOverlay(
  { home: { paths } }: Dependencies,
  tenant: TenantName,
  { run, before, after }: { run: string; before: string; after: string },
): string {
  const folder = versionsFolder(paths, tenant);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const kept = join(folder, `${run}.yaml`);
  writeFileAtomically(kept, before, 0o640);
  const file = overlayFile(paths, tenant);
  writeFileAtomically(file, after, statSync(file).mode & 0o777);
  const versions = readdirSync(folder).filter((name) => /^\d{8}-\d{6}-[0-9a-f]+\.yaml$/.test(name));
  for (const name of versions.toSorted().slice(0, -keptVersions)) rmSync(join(folder, name), { force: true });
  return kept;
}

/** Where a tenant's old overlays and the drafts of `settings edit` are. */
export function versionsFolder({ state }: HomePaths, tenant: TenantName): string {
  return join(state, 'overlays', tenant);
}

/** Changed lines with a line of their surroundings, as `diff -U1` shows them. */
export function overlayDiff(
  paths: HomePaths,
  tenant: TenantName,
  change: { before: string; after: string },
): string {
  const lines = removedFirst(diff(change.after.trimEnd().split('\n'), change.before.trimEnd().split('\n')));
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - 1), index + 2).some(([operation]) => operation !== 0);
  const signs: Readonly<Record<number, string>> = { 0: ' ', 1: '+', [-1]: '-' };
  const shown = lines.flatMap(([operation, line], index) =>
    isNear(index) ? [`${signs[operation]} ${line}`] : [],
  );
  return [relative(paths.home, overlayFile(paths, tenant)), ...shown].join('\n');
}

type DiffLine = ReturnType<typeof diff>[number];

/** Node's diff mixes both sides of a change. */
function removedFirst(lines: readonly DiffLine[]): DiffLine[] {
  const ordered: DiffLine[] = [];
  const added: DiffLine[] = [];
  for (const line of lines) {
    if (line[0] === 1) added.push(line);
    else if (line[0] === -1) ordered.push(line);
    else ordered.push(...added.splice(0), line);
  }
  return [...ordered, ...added];
}
