import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { hashFile, hashFiles } from '../directory/file-list.js';
import { readManifest } from '../directory/releases.js';
import type { ReleaseManifest } from '../manifest.js';
import { type Installed, installRelease } from './install-release.js';
import { padding, type TarEntry, tarHeader } from './tar.js';
import { writeArchive } from './write-archive.js';

const onlyForRoot = process.getuid?.() === 0 && process.platform === 'linux' ? it : it.skip;

let folder: string;
let manifest: ReleaseManifest;
let file: string;

const long = `node_modules/${'a-long-folder/'.repeat(9)}index.js`;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'archive-')));
  manifest = await makeRelease();
  file = join(folder, '1.0.0.tar.zst');
  await writeArchive(join(folder, 'one/1.0.0'), manifest, file);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** As small as a release can be, with a script in the place of Node. */
async function makeRelease(): Promise<ReleaseManifest> {
  const dir = join(folder, 'one/1.0.0');
  const node = write('one/.runtimes/node-26.0.0-0/node', '#!/bin/sh\necho v26.0.0\n', 0o555);
  write('one/1.0.0/bin/start-tenant', '#!/bin/sh\n', 0o555);
  write(`one/1.0.0/${long}`, 'x'.repeat(1000));
  write('one/1.0.0/empty.txt', '');
  mkdirSync(join(dir, 'node_modules/.bin'));
  symlinkSync('../../../.runtimes/node-26.0.0-0/node', join(dir, 'node_modules/.bin/node'));
  symlinkSync('../../tenants', join(dir, 'tenants'));
  const files = (await hashFiles(dir)).map(({ path, sha256, mode }) => ({ path, sha256, mode }));
  const runtime = { name: 'node-26.0.0-0', version: '26.0.0', sha256: await hashFile(node) };
  const made = { format: 1, id: '1.0.0', committedAt: null, runtime, postgres: null, files, caches: [] };
  write('one/1.0.0/release.json', JSON.stringify({ ...made, applications: [] }));
  return readManifest(dir);
}

function write(path: string, text: string, mode = 0o444): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  chmodSync(full, mode);
  return full;
}

const releases = (): string => join(folder, 'two');

const install = (from = file, sha256?: string): Promise<Installed> =>
  installRelease({ file: from, paths: { releases: releases() }, sha256 });

/** What is below `two`; a folder for runtimes may stay, empty. */
const left = (): string[] =>
  existsSync(releases())
    ? readdirSync(releases(), { recursive: true })
        .map(String)
        .filter((name) => name !== '.runtimes')
    : [];

async function refusal(from: string, sha256?: string): Promise<string> {
  const error = await install(from, sha256).then(
    () => 'nothing was refused',
    (thrown: unknown) => (thrown as { code?: string }).code ?? String(thrown),
  );
  return error;
}

/** The archive with other entries behind its own. */
function withEntry(entry: Partial<TarEntry>, text = ''): string {
  const plain = zstdDecompressSync(readFileSync(file));
  const header = tarHeader({ path: 'x', mode: 0o644, mtime: 0, ...entry, size: text.length });
  const parts = [
    plain.subarray(0, -1024),
    header,
    Buffer.from(text),
    padding(text.length),
    Buffer.alloc(1024),
  ];
  return rewritten(Buffer.concat(parts));
}

function rewritten(plain: Buffer): string {
  const other = join(folder, 'other.tar.zst');
  writeFileSync(other, zstdCompressSync(plain));
  return other;
}

describe('an archive of a release', () => {
  it('brings the same files to another home, read-only, with links and runtime', async () => {
    expect((await install()).isNew).toBe(true);
    const dir = join(releases(), '1.0.0');
    expect(await hashFiles(dir)).toEqual(await hashFiles(join(folder, 'one/1.0.0')));
    expect(statSync(join(dir, 'bin/start-tenant')).mode & 0o777).toBe(0o555);
    expect(readdirSync(releases()).toSorted()).toEqual(['.runtimes', '1.0.0']);
    expect(readFileSync(join(dir, long), 'utf8')).toHaveLength(1000);
    expect((await install()).isNew).toBe(false);
  });

  it('can be read by tar', async () => {
    const plain = write('plain.tar', '', 0o644);
    writeFileSync(plain, zstdDecompressSync(readFileSync(file)));
    const tar = spawn('tar', ['-tf', plain], { stdio: ['ignore', 'pipe', 'inherit'] });
    const names: string[] = [];
    tar.stdout.setEncoding('utf8').on('data', (text: string) => names.push(text));
    await once(tar, 'close');
    const listed = names.join('').trim().split('\n');
    expect(listed[0]).toBe('release.json');
    expect(listed.slice(1, -1)).toEqual(manifest.files.map(({ path }) => path));
    expect(listed.at(-1)).toBe('.runtimes/node-26.0.0-0/node');
  });

  it.each([0.1, 0.5, 0.9, 0.999])(
    'is refused when cut off at %d of its length, and leaves nothing',
    async (part) => {
      truncateSync(file, Math.floor(statSync(file).size * part));
      expect(await refusal(file)).toBe('DAMAGED_ARCHIVE');
      expect(left()).toEqual([]);
    },
  );

  it('is refused when a byte of it has changed, and leaves nothing', async () => {
    const bytes = readFileSync(file);
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
    expect(await refusal(file)).toBe('DAMAGED_ARCHIVE');
    expect(left()).toEqual([]);
  });

  it('is refused when a file or the runtime is not what release.json says', async () => {
    for (const text of ['x'.repeat(500), 'echo v26.0.0']) {
      const plain = zstdDecompressSync(readFileSync(file));
      plain[plain.lastIndexOf(text)] = 'y'.charCodeAt(0);
      expect(await refusal(rewritten(plain))).toBe('DAMAGED_ARCHIVE');
      expect(left()).toEqual([]);
    }
  });

  it('is refused when it is not the file that was meant, or none', async () => {
    expect(await refusal(file, '0'.repeat(64))).toBe('DAMAGED_ARCHIVE');
    expect(await refusal(join(folder, 'nothing'))).toBe('NO_ARCHIVE');
    expect(await refusal(write('text', 'not an archive'))).toBe('DAMAGED_ARCHIVE');
  });

  it.each([
    ['a path that leads out', { path: '../../evil' }],
    ['an absolute path', { path: '/tmp/evil' }],
    ['a path in disguise', { path: 'bin/../evil' }],
    ['a file that release.json does not list', { path: 'evil' }],
    ['a second file of one name', { path: 'empty.txt' }],
    ['a file of another runtime', { path: '.runtimes/node-1/node' }],
    ['a way out of the runtimes', { path: '.runtimes/node-26.0.0-0/../../evil' }],
    ['a path through a link', { path: 'tenants/acme/settings.yaml' }],
    ['a link that leads out', { path: '.runtimes/node-26.0.0-0/lib', link: '../../../..' }],
  ])('is refused with %s, and leaves nothing', async (_, entry) => {
    expect(await refusal(withEntry(entry, 'link' in entry ? '' : 'evil'))).toBe('UNSAFE_ARCHIVE');
    expect(left()).toEqual([]);
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });

  it('is refused where another release has its id, which stays as it is', async () => {
    await install();
    const json = join(releases(), '1.0.0/release.json');
    chmodSync(json, 0o644);
    writeFileSync(json, '{}');
    expect(await refusal(file)).toBe('RELEASE_EXISTS');
    expect(readFileSync(json, 'utf8')).toBe('{}');
  });

  it('is refused where its Node does not run', async () => {
    const plain = zstdDecompressSync(readFileSync(file)).toString('latin1');
    const elsewhere = plain.replace('"version":"26.0.0"', '"version":"26.0.1"');
    expect(await refusal(rewritten(Buffer.from(elsewhere, 'latin1')))).toBe('FOREIGN_RELEASE');
    expect(left()).toEqual([]);
  });

  onlyForRoot(
    'leaves nothing on a full disk, when packed as when unpacked (needs root, to mount one)',
    async () => {
      mkdirSync(releases());
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12k', 'tmpfs', releases()]);
      try {
        expect(await refusal(file)).toBe('DISK_FULL');
        expect(left()).toEqual([]);
        expect(() => writeFileSync(join(releases(), 'filler'), 'x'.repeat(1 << 20))).toThrow(/ENOSPC/);
        const to = join(releases(), 'packed');
        const packed = writeArchive(join(folder, 'one/1.0.0'), manifest, to);
        await expect(packed).rejects.toMatchObject({ code: 'DISK_FULL' });
        expect(left()).toEqual(['filler']);
      } finally {
        execFileSync('umount', [releases()]);
      }
    },
  );

  it('replaces what an install that was killed has left', async () => {
    mkdirSync(join(releases(), '.staging-1', 'bin'), { recursive: true });
    await install();
    expect(readdirSync(releases()).toSorted()).toEqual(['.runtimes', '1.0.0']);
  });
});
