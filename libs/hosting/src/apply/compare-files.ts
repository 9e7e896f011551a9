import type { GeneratedFile } from '../plan.js';
import { ownerOfFile } from './header.js';

/** A file as it is now. */
export interface FoundFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

export type FileChange =
  | { readonly kind: 'added'; readonly file: GeneratedFile }
  | { readonly kind: 'changed'; readonly file: GeneratedFile; readonly before: FoundFile }
  | { readonly kind: 'removed'; readonly before: FoundFile };

export interface Comparison {
  /** Sorted by path. */
  readonly changes: readonly FileChange[];
  /** Wanted paths at which somebody else's file lies. */
  readonly foreign: readonly string[];
}

export interface CompareRequest {
  readonly home: string;
  readonly wanted: readonly GeneratedFile[];
  /** Everything in the folders that are looked after, or more. */
  readonly found: readonly FoundFile[];
  /** Tenants whose overlay is broken: their files stay as they are. */
  readonly leftAlone: ReadonlySet<string>;
}

/** What has to happen to the files. Only files that this command wrote for this home are changed or removed. */
export function compareFiles({ home, wanted, found, leftAlone }: CompareRequest): Comparison {
  const before = new Map(found.map((file) => [file.path, file]));
  const paths = new Set(wanted.map(({ path }) => path));
  const foreign: string[] = [];
  const changes: FileChange[] = [];
  for (const file of wanted) {
    const old = before.get(file.path);
    if (old === undefined) changes.push({ kind: 'added', file });
    else if (ownerOfFile(old, home)?.home !== home) foreign.push(file.path);
    else if (old.text !== file.text || old.mode !== modeOf(file)) {
      changes.push({ kind: 'changed', file, before: old });
    }
  }
  for (const old of found) {
    if (paths.has(old.path) || isLeftAlone(old, home, leftAlone)) continue;
    changes.push({ kind: 'removed', before: old });
  }
  return { changes: changes.sort(byPath), foreign };
}

function isLeftAlone(file: FoundFile, home: string, leftAlone: ReadonlySet<string>): boolean {
  const owner = ownerOfFile(file, home);
  return owner?.home !== home || (owner.tenant !== undefined && leftAlone.has(owner.tenant));
}

export function modeOf({ mode }: Pick<GeneratedFile, 'mode'>): number {
  return mode ?? 0o644;
}

export function pathOf(change: FileChange): string {
  return change.kind === 'removed' ? change.before.path : change.file.path;
}

function byPath(one: FileChange, other: FileChange): number {
  return pathOf(one) < pathOf(other) ? -1 : 1;
}
