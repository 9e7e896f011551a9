import { join } from 'node:path';
import { compareFiles, type FileChange, type GeneratedFile, type HostingPlan } from '#libs/hosting';
import { RefusedError } from '#libs/settings';
import { findAt, findGenerated } from './file-tree.js';
import type { PlannedHosting } from './make-plan.js';
import type { HostingTarget } from './target.js';

/** What has to happen for one target. */
export interface TargetChanges {
  readonly target: HostingTarget;
  readonly files: readonly GeneratedFile[];
  /** Below the home. */
  readonly home: readonly FileChange[];
  /** Where the program reads them, if that is elsewhere; paths relative to there. */
  readonly installed: readonly FileChange[];
}

/** A file of somebody else lies where one is to be written. */
export class ForeignFile extends RefusedError {
  override readonly code = 'FOREIGN_FILE';
}

/** Compares what the plan asks for with what lies there. Throws ForeignFile (exit 4) where somebody else's file is in the way. */
export function compareHosting(planned: PlannedHosting, targets: readonly HostingTarget[]): TargetChanges[] {
  return targets.map((target) => {
    const files = target.generate(planned.plan);
    const home = compareIn(planned, planned.plan.home, { files, folders: foldersOf(target) });
    if (target.installDir === undefined) return { target, files, home, installed: [] };
    const copies = copiesOf(target, files);
    const installed = compareIn(planned, target.installDir, { files: copies, folders: ['.'] });
    return { target, files, home, installed };
  });
}

export function foldersOf({ name, folders }: Pick<HostingTarget, 'name' | 'folders'>): readonly string[] {
  return folders ?? [`hosting/${name}`];
}

/** Files that the program reads elsewhere, by their paths there. What lies in a folder `bin` is called by its path in the home. */
function copiesOf({ name }: HostingTarget, files: readonly GeneratedFile[]): GeneratedFile[] {
  const start = `hosting/${name}/`;
  return files
    .filter(({ path }) => path.startsWith(start) && !path.startsWith(`${start}bin/`))
    .map((file) => ({ ...file, path: file.path.slice(start.length) }));
}

interface Compared {
  readonly files: readonly GeneratedFile[];
  readonly folders: readonly string[];
}

function compareIn(
  { plan, broken }: PlannedHosting,
  root: string,
  { files, folders }: Compared,
): readonly FileChange[] {
  const generated = findGenerated(root, folders);
  const known = new Set(generated.map(({ path }) => path));
  const others = findAt(
    root,
    files.map(({ path }) => path).filter((path) => !known.has(path)),
  );
  const { changes, foreign } = compareFiles({
    ...{ home: plan.home, wanted: files, found: [...generated, ...others] },
    leftAlone: new Set<string>(broken.keys()),
  });
  if (foreign.length > 0) throw foreignFile(plan, join(root, foreign[0] ?? ''));
  return changes;
}

function foreignFile({ home }: HostingPlan, file: string): ForeignFile {
  return new ForeignFile(`${file}: was not written by \`tenantry hosting\` for ${home}.`, {
    file,
    hint: 'Move it away, or give this home another hosting.unit in tenantry.yaml.',
  });
}
