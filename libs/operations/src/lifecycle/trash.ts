import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import type { DatabaseNames } from '#libs/database';
import { type HomePaths, namesIn, type TenantName, UsageError, parseTenantName } from '#libs/settings';
import type { Hold } from '../releases/release-of.js';

/** Something that is now here, and was there. */
export interface Moved {
  readonly from: string;
  readonly to: string;
}

/** A tenant in the trash, as `deleted.json` in its folder there describes it. */
export interface DeletedTenant {
  /** `moved`: only the database that it left behind on another server. */
  readonly kind: 'deleted' | 'moved';
  readonly tenant: TenantName;
  /** Null where it had an overlay only. */
  readonly id: string | null;
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly deletedAt: string;
  readonly expiresAt: string;
  readonly database: {
    readonly server: string;
    readonly names: DatabaseNames;
    readonly trashed: DatabaseNames;
  } | null;
  readonly folder: Moved;
  /** Null where the media root is in the tenant's folder, and moves with it. */
  readonly mediaRoot: Moved | null;
  readonly hosts: readonly string[];
  readonly hold: Hold | null;
  readonly wasRunning: boolean;
}

export class NotInTrash extends UsageError {
  override readonly code = 'NOT_IN_TRASH';
}

export const recordName = 'deleted.json';

/** On the file system of the tenants, so that a rename suffices; no tenant can be called so. */
export function trashFolder({ tenants }: Pick<HomePaths, 'tenants'>): string {
  return join(tenants, '_trash');
}

/** Where a tenant's folder goes. */
export function trashPlace(paths: Pick<HomePaths, 'tenants'>, tenant: string, run: string): string {
  return join(trashFolder(paths), `${tenant}@${run}`);
}

/** Free for the next tenant of that name, told from others by the run, and short enough for any name. */
export function trashNames(run: string): DatabaseNames {
  const name = `trash_${run.replaceAll('-', '_')}`;
  return { name, ownerRole: `${name}_owner`, runtimeRole: name };
}

/** Beside where it was, so that a rename suffices there, too. */
export function trashedMediaRoot(root: string, run: string): string {
  return join(dirname(root), `.${basename(root)}.deleted-${run}`);
}

export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/** Newest first. One whose record cannot be read is left out: `doctor` names it. */
export function listTrash(paths: Pick<HomePaths, 'tenants'>): DeletedTenant[] {
  return namesIn(trashFolder(paths))
    .flatMap((name) => readRecord(join(trashFolder(paths), name)) ?? [])
    .toSorted((a, b) => (a.run < b.run ? 1 : -1));
}

/** The tenant's newest entry, or that of a run. Throws NotInTrash (exit 2). */
export function requireTrashed(
  paths: Pick<HomePaths, 'tenants'>,
  text: string,
  run: string | undefined,
  kinds: readonly DeletedTenant['kind'][],
): DeletedTenant {
  const tenant = parseTenantName(text);
  const entries = listTrash(paths).filter((each) => each.tenant === tenant && kinds.includes(each.kind));
  const found = entries.find((each) => run === undefined || each.run === run);
  if (found !== undefined) return found;
  const what =
    run === undefined ? 'no deleted tenant of this name is there' : `nothing was deleted by run ${run}`;
  throw new NotInTrash(`tenant ${tenant}: ${what}.`, {
    tenant,
    hint: 'See what is: tenantry tenant list --deleted',
  });
}

function readRecord(folder: string): DeletedTenant | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, recordName), 'utf8')) as DeletedTenant;
  } catch {
    return undefined;
  }
}
