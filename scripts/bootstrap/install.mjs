import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { capture, hostPath, pinnedNode } from './child.mjs';
import { explainInstallFailure } from './install-failure.mjs';
import { SetupError } from './setup-error.mjs';

/** The packages of package-lock.json, with the pinned Node among them. */
export const install = { isPending, run };

function isPending(root) {
  const lock = fs.readFileSync(`${root}/package-lock.json`);
  return readText(markerFile(root)) !== fingerprint(lock) || missingPackages(root, lock).length > 0;
}

async function run({ root, progress, lock }) {
  const lockText = fs.readFileSync(`${root}/package-lock.json`);
  if (!installedByHand(root, lockText)) await installPackages({ root, progress, lock, lockText });
  provePinnedNode(root);
  fs.writeFileSync(markerFile(root), fingerprint(lockText));
}

async function installPackages({ root, progress, lock, lockText }) {
  const folders = packageFolders(root, lockText);
  const detail = () => `${folders.filter(isUnpacked).length} of ${folders.length} packages`;
  const done = (took) => `Installed ${folders.length} packages in ${took}.`;
  const result = await progress.during({ title: 'Installing packages with npm', detail, done }, async () => {
    const outcome = await runNpm(root, lock);
    if (outcome.code !== 0) throw explainInstallFailure(outcome, root);
    return outcome;
  });
  const missing = missingPackages(root, lockText);
  if (missing.length > 0) {
    throw new SetupError(`npm finished, but left out ${missing.slice(0, 3).join(', ')}.`, {
      hint: `An optional package whose download fails is left out silently: run the same command again.\n${result.output.slice(-2000)}`,
    });
  }
}

async function runNpm(root, lock) {
  const args = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  // Said outright, because NODE_ENV=production or a personal .npmrc may say otherwise.
  args.push('--include=dev', '--include=optional', '--engine-strict=false', '--no-progress');
  const env = { ...process.env, PATH: hostPath(root) };
  try {
    return await capture({ command: 'npm', args, cwd: root, env, lock });
  } catch (error) {
    throw error.code === 'ENOENT'
      ? new SetupError('npm was not found in PATH.', {
          hint: 'Install it (it comes with Node) and run again.',
          cause: error,
        })
      : error;
  }
}

/** True where `npm ci` or `npm install` was run by hand after the lockfile changed, which leaves nothing to do. */
function installedByHand(root, lockText) {
  const hidden = readText(`${root}/node_modules/.package-lock.json`);
  if (hidden === undefined || missingPackages(root, lockText).length > 0) return false;
  const actual = new Map(Object.entries(JSON.parse(hidden).packages));
  const wanted = Object.entries(JSON.parse(lockText).packages).filter(([folder]) => folder !== '');
  const same = wanted.every(([folder, entry]) => {
    const found = actual.get(folder);
    return found ? found.version === entry.version && found.integrity === entry.integrity : entry.optional;
  });
  const names = new Set(wanted.map(([folder]) => folder));
  return same && [...actual.keys()].every((folder) => names.has(folder));
}

/** Folders that must be there: what is not optional, and what the project itself lists for this system. */
function missingPackages(root, lockText) {
  return requiredFolders(lockText).filter((folder) => !fs.existsSync(`${root}/${folder}/package.json`));
}

function requiredFolders(lockText) {
  const { packages } = JSON.parse(lockText);
  const own = new Set(
    Object.keys(packages['']?.optionalDependencies ?? {}).map((name) => `node_modules/${name}`),
  );
  return Object.entries(packages)
    .filter(
      ([folder, entry]) => folder !== '' && (!entry.optional || own.has(folder)) && fitsThisSystem(entry),
    )
    .map(([folder]) => folder);
}

function packageFolders(root, lockText) {
  return requiredFolders(lockText).map((folder) => `${root}/${folder}`);
}

function fitsThisSystem({ os, cpu }) {
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
}

function isUnpacked(folder) {
  return fs.existsSync(`${folder}/package.json`);
}

function provePinnedNode(root) {
  try {
    execFileSync(pinnedNode(root), ['--version'], { stdio: 'ignore' });
  } catch (error) {
    throw new SetupError(`the pinned Node does not run on this ${process.platform}-${process.arch} system.`, {
      hint: 'Linux with glibc and macOS, on x64 or arm64, are supported; Alpine (musl) is not.',
      cause: error,
    });
  }
}

function markerFile(root) {
  return `${root}/node_modules/.installed`;
}

function fingerprint(lockText) {
  return `${createHash('sha256').update(lockText).digest('hex')} ${process.platform}-${process.arch}\n`;
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
