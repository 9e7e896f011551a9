import { lstatSync } from 'node:fs';
import { isMap, type Entry } from '../files/entry.js';
import { parseYamlText } from '../files/parse-yaml.js';
import { failWith } from '../files/problem.js';
import { errorCode, readSmallFile } from '../files/read-file.js';
import { decodeText } from '../files/text.js';

const maxLayerBytes = 64 * 1024;

export interface ReadOptions {
  /** Its absence is no error. Being there and unreadable always is one. */
  readonly isOptional?: boolean;
  readonly isPrivate?: boolean;
  /** What it holds is not quoted; `isPrivate` says so too. */
  readonly isSecret?: boolean;
  readonly within?: string;
  /** Read in place of what the file holds. */
  readonly content?: string | undefined;
}

/** What a layer is made of, a fraction of the size of what is made of it. */
export interface LayerText {
  readonly file: string;
  readonly text: string;
}

export interface LayerFile extends LayerText {
  readonly entry: Entry;
}

export type ReadFile = (path: string, options?: ReadOptions) => LayerFile | undefined;

/** Reads one YAML file of mappings; names are relative to the home where that is shorter. */
export function readLayerFile(home: string, path: string, options: ReadOptions = {}): LayerFile | undefined {
  const file = displayPath(home, path);
  if (options.isOptional === true && isAbsent(file, path)) return undefined;
  const bytes = contentOf(file, path, options);
  // A file cut to nothing by a full disk must not pass for one that wants nothing.
  if (bytes.every((byte) => byte <= 0x20))
    failWith({ file, text: 'is empty', hint: 'Write {} for no settings.' });
  const isSecret = options.isPrivate === true || options.isSecret === true;
  return parseLayer({ file, text: decodeText(file, bytes) }, isSecret);
}

/** The layer that is in the text. */
export function parseLayer({ file, text }: LayerText, isSecret: boolean): LayerFile {
  const entry = parseYamlText({ name: file, isPrivate: isSecret }, text);
  if (entry.value === null) return { file, text, entry: { line: 1, value: new Map() } };
  if (!isMap(entry.value))
    failWith({ file, line: 1, text: 'expected a mapping such as "site: { title: Acme }"' });
  return { file, text, entry };
}

function contentOf(name: string, path: string, options: ReadOptions): Buffer {
  if (options.content === undefined)
    return readSmallFile({ path, name, maxBytes: maxLayerBytes, ...options });
  const bytes = Buffer.from(options.content);
  if (bytes.length > maxLayerBytes)
    failWith({ file: name, text: `is larger than ${maxLayerBytes / 1024} KB` });
  return bytes;
}

export function displayPath(home: string, path: string): string {
  const start = home.endsWith('/') ? home : `${home}/`;
  return path.startsWith(start) && path !== start ? path.slice(start.length) : path;
}

function isAbsent(file: string, path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    return failWith({ file, text: `cannot be read: ${errorCode(error) ?? String(error)}` });
  }
}
