import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Document, isMap, parseDocument } from 'yaml';
import { readSmallFile } from './files/read-file.js';
import type { HomePaths } from './home/types.js';
import { readLayerFile, displayPath } from './layers/read-layer.js';
import { Secret } from './secret.js';
import type { TenantName } from './tenant-name.js';

/** Nested like the settings: `{ database: { ownerPassword: … } }`; undefined removes a key. */
export interface SecretsPatch {
  readonly [key: string]: SecretsPatch | Secret | string | undefined;
}

const maxBytes = 256 * 1024;

/**
 * Sets keys of the tenant's secrets.yaml (0600), keeping comments and the other keys. A crash leaves the old file or
 * the new one. A file that is not valid is refused, not replaced: it may hold the only copy of a password.
 */
export function writeSecrets(paths: HomePaths, tenant: TenantName, patch: SecretsPatch): void {
  writeSecretsFile(paths.home, join(paths.tenants, tenant, 'secrets.yaml'), patch);
}

/** The same for the home's own secrets.yaml, which has the passwords of the Postgres servers. */
export function writeHomeSecrets(paths: HomePaths, patch: SecretsPatch): void {
  writeSecretsFile(paths.home, join(paths.home, 'secrets.yaml'), patch);
}

function writeSecretsFile(home: string, path: string, patch: SecretsPatch): void {
  const document = readDocument(home, path);
  for (const [key, value] of flatten(patch)) {
    if (value === undefined) document.deleteIn(key);
    else setIn(document, key, value);
  }
  replaceFile(path, document.toString());
}

function readDocument(home: string, path: string): Document {
  const checked = readLayerFile(home, path, { isOptional: true, isPrivate: true, within: dirname(path) });
  if (checked === undefined) {
    const document = new Document({});
    document.commentBefore = ' Passwords and keys. Keep this file to its owner (mode 0600) and out of git.';
    return document;
  }
  const bytes = readSmallFile({ path, name: displayPath(home, path), maxBytes, isPrivate: true });
  const document: Document = parseDocument(bytes.toString('utf8'));
  if (!isMap(document.contents)) document.contents = document.createNode({});
  return document;
}

/** Document.setIn refuses to go through a scalar or null, which a half-written file can have. */
function setIn(document: Document, key: readonly string[], value: string): void {
  for (let depth = 1; depth < key.length; depth++) {
    const parent = key.slice(0, depth);
    if (!isMap(document.getIn(parent, true))) document.setIn(parent, document.createNode({}));
  }
  document.setIn(key, value);
}

function flatten(patch: SecretsPatch, parent: readonly string[] = []): [string[], string | undefined][] {
  return Object.entries(patch).flatMap(([name, value]): [string[], string | undefined][] => {
    const key = [...parent, name];
    if (value instanceof Secret) return [[key, value.reveal()]];
    return typeof value === 'object' ? flatten(value, key) : [[key, value]];
  });
}

/** Temporary file, fsync, rename, fsync of the folder: what a power cut leaves is one of the two files, complete. */
function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.secrets.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      keepOwner(path, fd);
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** A file that root rewrites still belongs to the user that the process runs as. */
function keepOwner(path: string, fd: number): void {
  fchmodSync(fd, 0o600);
  const owner = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
  if (process.getuid?.() === 0) fchownSync(fd, owner.uid, owner.gid);
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Sets keys of the home's secrets.yaml (0600) in one step: `{ postgres: { servers: { main: { password } } } }`. */
export function writeHomeSecrets(_paths: HomePaths, _patch: SecretsPatch): void {
  throw new Error('not yet');
}
