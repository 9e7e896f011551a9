import type { Entry, Scalar } from './entry.js';
import { SimpleFlow } from './simple-flow.js';
import { isSimpleKey, plainScalar, quotedScalar } from './simple-scalar.js';

/** A line that is neither empty nor a comment. */
interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

const keyOfLine = /^(\$?[A-Za-z_][\w-]{0,59}):(?: +|$)/;
const onlyComment = /^(?: *| +#.*)$/;
/** Bounds for depth and size, well within those of the whole parser. */
const maxIndent = 20;
const maxLength = 16 * 1024;

/**
 * Reads the YAML that settings mostly are (mappings, lists and scalars, each value on one line) in a tenth of the time
 * that a whole parser takes, which counts where a command reads the files of all tenants. Undefined for anything else
 * and for anything wrong: then the whole parser reads the text, and words the errors.
 */
export function readSimpleYaml(text: string): Entry | undefined {
  if (text.length > maxLength || text.includes('\t') || text.includes('\r')) return undefined;
  const lines = splitLines(text);
  if (lines === undefined || lines.length === 0) return undefined;
  const reader = new SimpleReader(lines);
  const value = reader.root();
  return value === undefined ? undefined : { line: 1, value };
}

function splitLines(text: string): Line[] | undefined {
  const lines: Line[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    let indent = 0;
    while (line[indent] === ' ') indent += 1;
    if (indent === line.length || line[indent] === '#') continue;
    // Depth is bounded by the indentation, as each level of a block has one of its own.
    if (indent > maxIndent) return undefined;
    lines.push({ number, indent, text: line.slice(indent) });
  }
  return lines;
}

type Value = Entry['value'] | undefined;

class SimpleReader {
  readonly #lines: readonly Line[];
  #next = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  root(): Value {
    const [first] = this.#lines;
    if (first?.indent !== 0) return undefined;
    if (first.text.startsWith('{')) {
      return this.#lines.length === 1 ? inlineValue(first.text, first.number) : undefined;
    }
    const value = this.#map(0);
    return this.#next === this.#lines.length ? value : undefined;
  }

  #map(indent: number): Value {
    const entries = new Map<string, Entry>();
    for (let line = this.#peek(); line !== undefined && line.indent >= indent; line = this.#peek()) {
      const [whole, key] = keyOfLine.exec(line.text) ?? [];
      // A deeper line that no key opened goes on with a text of the line before.
      if (line.indent > indent || whole === undefined || key === undefined) return undefined;
      if (!isSimpleKey(key) || entries.has(key)) return undefined;
      this.#next += 1;
      const rest = line.text.slice(whole.length);
      const isOpen = rest === '' || rest.startsWith('#');
      const value = isOpen ? this.#nested(indent) : inlineValue(rest, line.number);
      if (value === undefined) return undefined;
      entries.set(key, { line: line.number, value });
    }
    return entries;
  }

  /** What stands below a key: a mapping or list further in, in one line or several, a list right below, or nothing. */
  #nested(parent: number): Value {
    const line = this.#peek();
    if (line === undefined || line.indent < parent) return null;
    if (line.text.startsWith('- ')) return this.#list(line.indent);
    if (line.indent === parent) return null;
    if (!line.text.startsWith('{') && !line.text.startsWith('[')) return this.#map(line.indent);
    this.#next += 1;
    return inlineValue(line.text, line.number);
  }

  #list(indent: number): Value {
    const items: Entry[] = [];
    for (let line = this.#peek(); line !== undefined && line.indent >= indent; line = this.#peek()) {
      const isItem = line.text.startsWith('- ');
      if (line.indent > indent) return undefined;
      if (!isItem) break;
      this.#next += 1;
      const value = inlineValue(line.text.slice(2).replace(/^ +/, ''), line.number);
      if (value === undefined) return undefined;
      items.push({ line: line.number, value });
    }
    return items;
  }

  #peek(): Line | undefined {
    return this.#lines[this.#next];
  }
}

/** A value that begins and ends in its line. */
function inlineValue(text: string, line: number): Value {
  const first = text[0];
  if (first === '[' || first === '{') {
    const flow = new SimpleFlow(text, line);
    const value = flow.read();
    return onlyComment.test(flow.rest()) ? value : undefined;
  }
  if (first === '"' || first === "'") {
    const { value, length } = quotedScalar(text);
    return onlyComment.test(text.slice(length)) ? value : undefined;
  }
  return plainValue(text);
}

function plainValue(text: string): Scalar | undefined {
  const comment = text.indexOf(' #');
  const plain = (comment === -1 ? text : text.slice(0, comment)).replace(/ +$/, '');
  return /:(?: |$)/.test(plain) ? undefined : plainScalar(plain);
}
