import { FailedError } from '#libs/settings';
import { currentRelease, listReleases, openRelease, readManifest, verifyRelease } from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { shortened } from '../shortened.js';

export interface ListedRelease {
  readonly id: string;
  readonly isCurrent: boolean;
  readonly commit: string | null;
  readonly committedAt: string | null;
  readonly isDirty: boolean;
  /** Of each application, the newest migration. */
  readonly heads: Readonly<Record<string, string | null>>;
}

export class ReleaseDamaged extends FailedError {
  override readonly code = 'RELEASE_DAMAGED';
}

/** The finished releases of the home, sorted by id. */
export function releaseList({ home }: Pick<Dependencies, 'home'>): ListedRelease[] {
  return listReleases(home.paths).map((id) => showRelease({ home }, id));
}

/** Throws UnknownRelease (exit 2). */
export function showRelease({ home }: Pick<Dependencies, 'home'>, id: string): ListedRelease {
  const manifest = readManifest(openRelease(home.paths, id).dir);
  const { applications, isDirty, commit, committedAt } = manifest;
  return {
    ...{ id, isCurrent: currentRelease(home.paths) === id, isDirty, commit, committedAt },
    heads: Object.fromEntries(
      applications.map(({ name, migrations }) => [name, migrations.at(-1)?.name ?? null]),
    ),
  };
}

/** Throws ReleaseDamaged (exit 1), which names the files, unless all are as they were built. */
export async function checkRelease(
  { home }: Pick<Dependencies, 'home'>,
  id: string,
): Promise<{ data: object; text: string }> {
  const found = await verifyRelease(home.paths, id);
  const wrong = Object.entries({ changed: found.changed, missing: found.missing, 'not of it': found.extra });
  const lines = wrong.flatMap(([what, paths]) => paths.map((path) => `${path} (${what})`));
  if (lines.length === 0) return { data: found, text: `Release ${id} is as it was built.` };
  throw new ReleaseDamaged(`release ${id}: differs from its release.json: ${shortened(lines, 5)}.`, {
    hint: 'Build or install it again under another id, and deploy that.',
  });
}
