import { type Document, isAlias, isCollection, isMap, isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Application } from '../application.js';
import { RefusedError, UsageError } from '../errors.js';
import { toPlain } from '../files/entry.js';
import { parseYaml } from '../files/parse-yaml.js';
import { coerce } from '../layers/value-reader.js';
import { requireKeySchema } from '../schema/find-key.js';
import { metaOf, unwrap } from '../schema/walk.js';
import { spliceKey } from './splice.js';

export class SecretKey extends RefusedError {
  override readonly code = 'SECRET_KEY';
}

export class NotInOverlay extends UsageError {
  override readonly code = 'NOT_IN_OVERLAY';
}

export class CannotEdit extends RefusedError {
  override readonly code = 'CANNOT_EDIT';
}

/** One key of an overlay and the value that was typed for it. */
export interface OverlayChange {
  readonly application: Application;
  /** Dotted. */
  readonly key: string;
  /** YAML; where the key wants text, the text itself. */
  readonly value: string;
}

/**
 * The overlay with one key set, its comments and order kept. The result is not judged: load it before it is written.
 * Throws UnknownSettingsKey, SecretKey for a key that belongs in secrets.yaml, and InvalidSettings for bad YAML.
 */
export function setInOverlay(overlay: string, change: OverlayChange): string {
  refuseSecretKey(change.application, change.key);
  const path = change.key.split('.');
  return edit(overlay, path, (document) => {
    openWay(document, path);
    const node = document.createNode(typedValue(change));
    const old: unknown = document.getIn(path, true);
    if (isScalar(old) && isScalar(node)) keepLook(old, node);
    else if (isCollection(node)) node.flow = true;
    if (isScalar(old) && isScalar(node)) old.value = node.value;
    else document.setIn(path, node);
  });
}

/** The overlay without the key, so that the layers below decide. Throws NotInOverlay where it is not set. */
export function unsetInOverlay(overlay: string, key: string): string {
  const path = key.split('.');
  return edit(overlay, path, (document) => {
    if (!document.hasIn(path)) {
      throw new NotInOverlay(`settings key ${key}: the overlay does not set it.`, {
        hint: 'Run `tenantry settings explain` to see which layer does.',
      });
    }
    document.deleteIn(path);
    dropEmpty(document, path.slice(0, -1));
  });
}

/** The text that `settings set` would take to bring a key back; undefined for what is not one plain value. */
export function overlayScalar(overlay: string, key: string): string | undefined {
  const document = parseDocument(overlay);
  const node: unknown = document.errors.length > 0 ? undefined : document.getIn(key.split('.'), true);
  const value: unknown = isScalar(node) ? node.value : undefined;
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
  return isPlain && !/[\n\r]/.test(String(value)) ? String(value) : undefined;
}

/** True where the overlay itself says something about the key. */
export function isInOverlay(overlay: string, key: string): boolean {
  const document = parseDocument(overlay);
  return document.errors.length === 0 && document.hasIn(key.split('.'));
}

/** Refuses a key that may stand in secrets.yaml only. */
export function refuseSecretKey(application: Application, key: string): void {
  if (metaOf(requireKeySchema(application, key), 'secret') !== true) return;
  throw new SecretKey(`settings key ${key}: is a secret, which an overlay must not hold.`, {
    hint: `Run \`tenantry secrets set TENANT ${key}\`, which reads the value from standard input.`,
  });
}

/** Numbers and switches by their key's schema; a text stays a text, were it "on" or "2024". */
function typedValue({ application, key, value }: OverlayChange): unknown {
  const schema = requireKeySchema(application, key);
  const operator = operatorIn(value);
  if (operator !== undefined) return operator;
  const inner = unwrap(schema);
  const takesNumbers =
    inner instanceof z.ZodUnion && inner.def.options.some((one) => one instanceof z.ZodNumber);
  if (takesNumbers && /^\d{1,15}$/.test(value)) return Number(value);
  return toPlain({ line: undefined, value: coerce(value, schema, 'value') });
}

/** `{ $env: NAME }` and its like are no text at any key. */
function operatorIn(value: string): unknown {
  if (!/^\s*\{\s*["']?\$[a-z]+["']?\s*:/.test(value)) return undefined;
  return toPlain(
    parseYaml({ name: 'value', bytes: Buffer.from(value), isPrivate: false, isSingleValue: true }),
  );
}

function edit(overlay: string, path: readonly string[], change: (document: Document) => void): string {
  const lines = overlay.replaceAll('\r\n', '\n');
  const document: Document = parseDocument(lines);
  const [error] = document.errors;
  if (error !== undefined) {
    throw new CannotEdit('the overlay is not valid YAML.', { hint: 'Run `tenantry settings edit`.' });
  }
  if (!isMap(document.contents)) {
    if (document.contents !== null && !(isScalar(document.contents) && document.contents.value === null)) {
      throw new CannotEdit('the overlay is no mapping.', { hint: 'Run `tenantry settings edit`.' });
    }
    document.contents = document.createNode({});
  }
  change(document);
  const text = spliceKey(lines, document.toString({ lineWidth: 0 }), path);
  return overlay.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

/** Makes mappings on the way to a key where the overlay has none. */
function openWay(document: Document, path: readonly string[]): void {
  const { contents } = document;
  // `{}` was written for "nothing"; what is put into it reads better as lines.
  if (isMap(contents) && contents.items.length === 0) contents.flow = false;
  for (let depth = 1; depth < path.length; depth++) {
    const way = path.slice(0, depth);
    const node: unknown = document.getIn(way, true);
    if (isAlias(node)) {
      throw new CannotEdit(`settings key ${way.join('.')}: is an alias of another part of the overlay.`, {
        hint: 'Run `tenantry settings edit`.',
      });
    }
    if (isMap(node) || (isCollection(node) && /^\d+$/.test(path[depth] ?? ''))) continue;
    document.setIn(way, document.createNode({}));
  }
}

/** A changed value keeps its quotes and the comment beside it. */
function keepLook(old: { type?: unknown }, node: { value?: unknown }): void {
  if (typeof node.value !== 'string') delete old.type;
}

function dropEmpty(document: Document, path: readonly string[]): void {
  for (let depth = path.length; depth > 0; depth--) {
    const way = path.slice(0, depth);
    const node: unknown = document.getIn(way, true);
    if (!isMap(node) || node.items.length > 0) return;
    document.deleteIn(way);
  }
}
