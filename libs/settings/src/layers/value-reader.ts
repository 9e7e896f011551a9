import { realpathSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import type { Entry, Scalar } from '../files/entry.js';
import { parseYaml } from '../files/parse-yaml.js';
import { failWith } from '../files/problem.js';
import { errorCode, isWithin, readSmallFile } from '../files/read-file.js';
import { decodeText } from '../files/text.js';
import type { Env } from '../home/types.js';
import { childrenOf, itemSchema, unwrap } from '../schema/walk.js';

const maxValueBytes = 16 * 1024;

const credentialsVariable = 'CREDENTIALS_DIRECTORY';

/** The folder of the credentials that systemd has passed, if any. https://systemd.io/CREDENTIALS/ */
export function credentialRoots(env: Env): string[] {
  const folder = env[credentialsVariable];
  return folder !== undefined && isAbsolute(folder) ? [folder] : [];
}

/** What `$env` and `$file` of one layer may read. */
export interface ValueReaderOptions {
  readonly env: Env;
  /** Relative paths of `$file` start here. */
  readonly folder: string;
  /** `$file` reads nothing outside its folder and these, links followed. */
  readonly roots: readonly string[];
}

const none: ReadonlySet<string> = new Set();

export class ValueReader {
  #variables: Set<string> | undefined;
  /** What was read at first: whoever asks later where a value comes from means that value. */
  #texts: Map<string, string | undefined> | undefined;
  readonly #options: ValueReaderOptions;

  constructor(options: ValueReaderOptions) {
    this.#options = options;
  }

  /** Environment variables that were asked for so far, set or not. */
  get variables(): ReadonlySet<string> {
    return this.#variables ?? none;
  }

  /** The value in the type that the schema wants; undefined for an environment variable that is not set. */
  read(
    operator: '$env' | '$file',
    name: string,
    schema: z.core.$ZodType | undefined,
  ): Entry['value'] | undefined {
    const text = this.#readOnce(operator, name);
    return text === undefined ? undefined : coerce(text, schema, name);
  }

  #readOnce(operator: '$env' | '$file', name: string): string | undefined {
    const key = `${operator} ${name}`;
    if (this.#texts?.has(key)) return this.#texts.get(key);
    const text = operator === '$env' ? this.#readVariable(name) : this.#readFile(name);
    this.#texts = (this.#texts ?? new Map<string, string | undefined>()).set(key, text);
    return text;
  }

  #readVariable(name: string): string | undefined {
    this.#ask(name);
    return this.#options.env[name];
  }

  #ask(variable: string): void {
    this.#variables = (this.#variables ?? new Set<string>()).add(variable);
  }

  #readFile(name: string): string {
    const path = this.#expand(name);
    const real = realPath(name, path);
    const roots = [this.#options.folder, ...this.#options.roots].map(realPathOrNone);
    if (!roots.some((root) => root !== undefined && isWithin(root, real))) {
      failWith({ file: name, text: 'is outside the folders that may be read' });
    }
    const bytes = readSmallFile({ path: real, name, maxBytes: maxValueBytes });
    return decodeText(name, bytes).trim();
  }

  /** `$CREDENTIALS_DIRECTORY/x`: systemd chooses the folder anew for each unit, so no overlay can spell it out. */
  #expand(name: string): string {
    const prefix = `$${credentialsVariable}/`;
    if (!name.startsWith(prefix)) return isAbsolute(name) ? name : resolve(this.#options.folder, name);
    this.#ask(credentialsVariable);
    const [folder] = credentialRoots(this.#options.env);
    if (folder === undefined) return failWith({ file: name, text: `${credentialsVariable} is not set` });
    return resolve(folder, name.slice(prefix.length));
  }
}

/** Text from outside has no type of its own: it gets the one that the schema wants, where it can be read as that. */
export function coerce(text: string, schema: z.core.$ZodType | undefined, name: string): Entry['value'] {
  if (schema === undefined) return text;
  if (itemSchema(schema) !== undefined || childrenOf(schema).kind !== 'none') {
    return parseYaml({ name, bytes: Buffer.from(text), isPrivate: true, isSingleValue: true }).value;
  }
  return coerceScalar(text, unwrap(schema));
}

function coerceScalar(text: string, schema: z.core.$ZodType): Scalar {
  if (schema instanceof z.ZodNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (schema instanceof z.ZodBoolean && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function realPath(name: string, path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return failWith({
      file: name,
      text: code === 'ENOENT' ? 'cannot be read: no such file' : `cannot be read: ${code}`,
    });
  }
}

function realPathOrNone(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
