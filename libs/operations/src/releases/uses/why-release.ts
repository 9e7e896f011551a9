import { openRelease } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { errorText } from '../../outcome.js';
import { type ListedRelease, releaseList } from '../list-releases.js';
import { findUses } from './find-uses.js';
import type { Use, UseKind } from './uses.js';

export interface MarkedRelease extends ListedRelease {
  /** For what it stays, each once. */
  readonly marks: readonly UseKind[];
}

/**
 * The releases of the home, sorted by id, each with what it is kept for. Where that cannot be found out, as when the
 * current one is damaged, they are listed all the same: somebody looks for one that works.
 */
export async function markedReleases(dependencies: Dependencies): Promise<MarkedRelease[]> {
  const { home, report } = dependencies;
  const found = await findUses(dependencies, home.host.releases.keep).catch((error: unknown) => {
    report.warn(`It cannot be said what releases are kept for: ${errorText(error)}`);
    return undefined;
  });
  return releaseList(dependencies).map((release) => ({
    ...release,
    marks: [...new Set(found?.uses.of(release.id).map(({ kind }) => kind))],
  }));
}

/** What would be lost without a release. Throws UnknownRelease (exit 2). */
export async function whyRelease(
  dependencies: Dependencies,
  id: string,
): Promise<{ data: { release: string; uses: readonly Use[] }; text: string }> {
  openRelease(dependencies.home.paths, id);
  const { uses, unreadable } = await findUses(dependencies, dependencies.home.host.releases.keep);
  const found = uses.of(id);
  const unknown = [...unreadable].map(([tenant, why]) => `  it cannot be said whether ${tenant} is pinned to it: ${why}`);
  const lines = [...found.map(({ text }) => `  ${text}`), ...unknown];
  const text = lines.length > 0 ? [`Release ${id} stays, because`, ...lines].join('\n') : unusedText(id);
  return { data: { release: id, uses: found }, text };
}

function unusedText(id: string): string {
  return `Nothing uses release ${id}. \`tenantry release prune\` removes it.`;
}
