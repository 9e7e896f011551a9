import type { Scalar } from './entry.js';

const words: ReadonlyMap<string, Scalar> = new Map([
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/** What a plain scalar may begin with that is no indicator of YAML's. */
const plainStart = /^(?:[A-Za-z0-9_/.]|-[A-Za-z0-9_])/;
const shortInteger = /^(?:0|-?[1-9][0-9]{0,14})$/;
/** All numbers of the core schema: https://yaml.org/spec/1.2.2/#1032-tag-resolution */
const anyNumber =
  /^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Whether a word is a key as it stands; what is refused as a key, or is no text, the whole parser has to see. */
export function isSimpleKey(word: string): boolean {
  return !words.has(word) && !(word in {}) && word !== 'prototype';
}

/** A scalar without quotes, as the core schema has it; undefined where that takes more than a look. */
export function plainScalar(text: string): Scalar | undefined {
  if (!plainStart.test(text)) return undefined;
  const word = words.get(text);
  if (word !== undefined) return word;
  if (shortInteger.test(text)) return Number(text);
  return anyNumber.test(text) ? undefined : text;
}

/** The quoted scalar that the text begins with, and its length in the text; none where it has escapes or no end. */
export function quotedScalar(text: string): { readonly value: string | undefined; readonly length: number } {
  const shape = text.startsWith('"') ? /^"([^"\\]*)"/ : /^'((?:[^']|'')*)'/;
  const [whole, content] = shape.exec(text) ?? [];
  if (whole === undefined || content === undefined) return { value: undefined, length: 0 };
  return {
    value: whole.startsWith('"') ? content : content.replaceAll("''", "'"),
    length: whole.length,
  };
}
