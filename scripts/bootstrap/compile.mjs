import fs from 'node:fs';
import path from 'node:path';
import { capture, pinnedNode } from './child.mjs';
import { SetupError } from './setup-error.mjs';

/** tsc's output in dist/, for the sources as they are now. */
export const compile = { isPending, run };

/** As in tsconfig.json's `include`. */
const sourceFolders = ['apps', 'libs', 'tests', 'bench'];
const settings = ['tsconfig.json', 'package-lock.json'];
const outputOf = { '.ts': '.js', '.mts': '.mjs', '.cts': '.cjs' };

function isPending(root) {
  const stamp = fs.statSync(stampFile(root), { throwIfNoEntry: false });
  if (!stamp) return true;
  // ctime, not mtime: `cp -p`, `tar` and `git stash` can bring content that is older than the build but new to it.
  const changed = (file) => fs.statSync(file).ctimeMs >= stamp.mtimeMs;
  if (settings.some((file) => changed(`${root}/${file}`))) return true;
  const { files, folders } = findSources(root);
  return [...folders, ...files].some(changed) || files.some((file) => !fs.existsSync(outputFile(root, file)));
}

async function run({ root, progress, lock }) {
  const result = await progress.during({ title: 'Compiling', done: (took) => `Compiled in ${took}.` }, () =>
    compileSources({ root, lock }),
  );
  if (result.code === 0) return;
  throw new SetupError('the sources do not compile.', { hint: `\n${result.output.trim()}` });
}

/** Runs tsc and tidies dist/; resolves to its exit code and output, whatever they are. */
export async function compileSources({ root, lock }) {
  const draft = `${stampFile(root)}.${process.pid}`;
  for (const folder of sourceFolders) fs.mkdirSync(`${root}/dist/${folder}`, { recursive: true });
  // Its time is when compiling began, by the file system's own clock: what is saved meanwhile is newer.
  fs.writeFileSync(draft, '');
  try {
    forgetLostOutputs(root);
    const args = [`${root}/node_modules/typescript/bin/tsc`, '-p', root, '--pretty', 'false'];
    const result = await capture({ command: pinnedNode(root), args, cwd: root, env: process.env, lock });
    removeOrphans(root);
    // A bundle of earlier sources would be run instead of what was just compiled.
    fs.rmSync(`${root}/dist/bundle`, { recursive: true, force: true });
    if (result.code === 0) fs.renameSync(draft, stampFile(root));
    return result;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** tsc's incremental mode trusts its notes about what it wrote; when a file is gone, the notes have to go too. */
function forgetLostOutputs(root) {
  const { files } = findSources(root);
  if (files.every((file) => fs.existsSync(outputFile(root, file)))) return;
  fs.rmSync(`${root}/dist/.tsbuildinfo`, { force: true });
}

/** tsc never removes: a deleted spec would run for ever, and a deleted module would still be found. */
function removeOrphans(root) {
  const wanted = new Set(findSources(root).files.map((file) => outputFile(root, file)));
  for (const folder of sourceFolders) {
    for (const { file } of walk(`${root}/dist/${folder}`)) {
      const script = file.replace(/\.map$/, '');
      if (/\.[mc]?js$/.test(script) && !wanted.has(script)) fs.rmSync(file);
    }
  }
}

function findSources(root) {
  const files = [];
  const folders = [];
  for (const folder of sourceFolders) {
    for (const { file, isFolder } of walk(`${root}/${folder}`)) {
      if (isFolder) folders.push(file);
      else if (/\.[mc]?ts$/.test(file) && !/\.d\.[mc]?ts$/.test(file)) files.push(file);
    }
  }
  return { files, folders };
}

function* walk(folder) {
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = `${folder}/${entry.name}`;
    if (entry.name === 'node_modules' || entry.isSymbolicLink()) continue;
    yield { file, isFolder: entry.isDirectory() };
    if (entry.isDirectory()) yield* walk(file);
  }
}

function outputFile(root, source) {
  const extension = path.extname(source);
  return `${root}/dist${source.slice(root.length, -extension.length)}${outputOf[extension]}`;
}

/** Newer than every source that it was compiled from; `scripts/tenantry` compares with it too. */
export function stampFile(root) {
  return `${root}/dist/.compiled`;
}
