import { dirname, join } from 'node:path';
import { Document, isMap, parseDocument } from 'yaml';
import { readSmallFile } from './files/read-file.js';
import { removeLeftovers, writeFileAtomically } from './files/write-file.js';
import type { HomePaths } from './home/types.js';
import { realLocation } from './files/real-location.js';
import { readLayerFile, displayPath } from './layers/read-layer.js';
import { Secret } from './secret.js';
import type { TenantName } from './tenant-name.js';

/** Nested like the settings: `{ database: { ownerPassword: … } }`; undefined removes a key. */
export interface SecretsPatch {
  readonly [key: string]: SecretsPatch | Secret | string | undefined;
}

const maxBytes = 64 * 1024;

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
  writeFileAtomically(path, document.toString(), 0o600);
  removeLeftovers(path);
}

function readDocument(home: string, path: string): Document {
  const checked = readLayerFile(home, path, {
    isOptional: true,
    isPrivate: true,
    within: realLocation(dirname(path)),
  });
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
