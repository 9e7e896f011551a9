import type { Entry } from './entry.js';
import { isSimpleKey, plainScalar, quotedScalar } from './simple-scalar.js';

type Value = Entry['value'] | undefined;

const maxDepth = 8;

/** Reads `[a, b]` and `{ a: 1, b: [c] }` of one line; undefined as for `readSimpleYaml`. */
export class SimpleFlow {
  readonly #text: string;
  readonly #line: number;
  #at = 0;

  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  read(depth = 0): Value {
    if (depth > maxDepth) return undefined;
    this.#skipSpaces();
    const first = this.#text[this.#at];
    if (first === '[') return this.#list(depth + 1);
    if (first === '{') return this.#map(depth + 1);
    return first === '"' || first === "'" ? this.#quoted() : this.#plain();
  }

  /** What stands behind the value that was read. */
  rest(): string {
    return this.#text.slice(this.#at);
  }

  #list(depth: number): Value {
    const items: Entry[] = [];
    const isRead = this.#each(']', () => {
      const value = this.read(depth);
      if (value === undefined) return false;
      items.push({ line: this.#line, value });
      return true;
    });
    return isRead ? items : undefined;
  }

  #map(depth: number): Value {
    const entries = new Map<string, Entry>();
    const isRead = this.#each('}', () => {
      const key = this.#take(/(\$?[A-Za-z_][\w-]{0,59}): +/y)?.[1];
      if (key === undefined || !isSimpleKey(key) || entries.has(key)) return false;
      const value = this.read(depth);
      if (value === undefined) return false;
      entries.set(key, { line: this.#line, value });
      return true;
    });
    return isRead ? entries : undefined;
  }

  /** Calls `readOne` for each part up to the closing bracket; false where a part or the bracket is missing. */
  #each(closing: string, readOne: () => boolean): boolean {
    this.#at += 1;
    this.#skipSpaces();
    if (this.#text[this.#at] === closing) return this.#step();
    for (;;) {
      this.#skipSpaces();
      if (!readOne()) return false;
      this.#skipSpaces();
      if (this.#text[this.#at] === closing) return this.#step();
      if (this.#text[this.#at] !== ',') return false;
      this.#at += 1;
    }
  }

  #quoted(): Value {
    const { value, length } = quotedScalar(this.rest());
    this.#at += length;
    return value;
  }

  #plain(): Value {
    const [plain] = this.#take(/[^,[\]{}:#"']+/y) ?? [];
    return plain === undefined ? undefined : plainScalar(plain.replace(/ +$/, ''));
  }

  #take(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  #step(): true {
    this.#at += 1;
    return true;
  }
}
