import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type FileChange,
  type FoundFile,
  type GeneratedFile,
  modeOf,
  ownerOfFile,
  pathOf,
} from '#libs/hosting';

/** Every file below folders of `root` that was generated; paths relative to `root`. A program's own files beside them are left out. */
export function findGenerated(root: string, folders: readonly string[]): FoundFile[] {
  return folders
    .flatMap((folder) => filesBelow(root, folder))
    .filter((file) => ownerOfFile(file, root) !== undefined);
}

/** Files at paths that are wanted, whoever wrote them. */
export function findAt(root: string, paths: readonly string[]): FoundFile[] {
  return paths.flatMap((path) => readFound(root, path) ?? []);
}

function filesBelow(root: string, folder: string): FoundFile[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(root, name);
    return entry.isFile() ? (readFound(root, name) ?? []) : [];
  });
}

/** A generated file is text and small; what is larger is somebody else's. */
const maxBytes = 16 * 1024 * 1024;

function readFound(root: string, path: string): FoundFile | undefined {
  const file = join(root, path);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size > maxBytes) return undefined;
  return { path, text: readFileSync(file, 'utf8'), mode: stat.mode & 0o777 };
}

/** Carries changes out; each file is replaced in one step. */
export function carryOut(root: string, changes: readonly FileChange[]): void {
  for (const change of changes) {
    if (change.kind === 'removed') removeFile(root, change.before.path);
    else writeGenerated(root, change.file);
  }
}

/** What undoes changes. */
export function inverted(changes: readonly FileChange[]): FileChange[] {
  return changes.map((change): FileChange => {
    switch (change.kind) {
      case 'added':
        return { kind: 'removed', before: { ...change.file, mode: modeOf(change.file) } };
      case 'changed':
        return {
          kind: 'changed',
          file: change.before,
          before: { ...change.file, mode: modeOf(change.file) },
        };
      case 'removed':
        return { kind: 'added', file: change.before };
    }
  });
}

export function writeGenerated(root: string, file: GeneratedFile): void {
  const path = join(root, file.path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const aside = join(dirname(path), `.${process.pid}.new`);
  writeFileSync(aside, file.text);
  chmodSync(aside, modeOf(file));
  renameSync(aside, path);
}

function removeFile(root: string, path: string): void {
  rmSync(join(root, path), { force: true });
  // The folder of drop-ins of a unit that is gone.
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const full = join(root, folder);
    if (!existsSync(full) || readdirSync(full).length > 0) return;
    rmdirSync(full);
  }
}

/** Keeps what is about to be replaced, for people to look at; what was kept before goes. */
export function keepOld(root: string, folder: string, changes: readonly FileChange[]): void {
  const kept = join(root, folder);
  rmSync(kept, { recursive: true, force: true });
  for (const change of changes) {
    const path = pathOf(change);
    if (change.kind === 'added' || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(kept, path)), { recursive: true });
    cpSync(join(root, path), join(kept, path), { preserveTimestamps: true });
  }
}
