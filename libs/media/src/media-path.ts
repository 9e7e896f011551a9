import { UnsafePath } from './errors.js';

export type Visibility = 'public' | 'private';

/** A checked path below a media root; only `parseMediaPath` makes one. */
export interface MediaPath {
  readonly visibility: Visibility;
  /** With `/`, beginning with the visibility. */
  readonly relative: string;
  readonly name: string;
}

const maxPathBytes = 1024;
const maxNameBytes = 255;
// Control characters end lines of logs and headers; the second range turns text around, so that `gpj.exe` reads as `exe.jpg`.
// A lone surrogate (Cs) has no UTF-8 form: two such names would become one file.
const hidden = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/**
 * Reads a path below a media root: `public/a.jpg`, `private/reports/may.pdf`.
 * @throws UnsafePath for anything absolute, with `..`, `.`, an empty part, a backslash, a hidden character or a dot file
 */
export function parseMediaPath(text: string): MediaPath {
  const relative = text.normalize('NFC');
  const reason = findFault(relative);
  if (reason !== undefined) {
    throw new UnsafePath(`media path: ${reason}, found ${JSON.stringify(text.slice(0, 120))}.`, {
      hint: 'Name a file below public/ or private/, such as "public/logo.svg".',
    });
  }
  const segments = relative.split('/');
  return {
    visibility: segments[0] === 'private' ? 'private' : 'public',
    relative,
    name: segments.at(-1) ?? '',
  };
}

function findFault(path: string): string | undefined {
  if (Buffer.byteLength(path) > maxPathBytes) return `expected at most ${maxPathBytes} bytes`;
  if (hidden.test(path)) return 'expected no control or invisible characters';
  if (path.includes('\\')) return 'expected "/" between folders';
  const [first, second, ...rest] = path.split('/');
  if (first !== 'public' && first !== 'private') return 'expected it to begin with public/ or private/';
  if (second === undefined) return 'expected a file name';
  // The web serves private files under /media/private/ and public ones under /media/: one address, one file.
  if (first === 'public' && second === 'private') return 'expected no folder "private" in public/';
  return [second, ...rest].map(findNameFault).find((fault) => fault !== undefined);
}

function findNameFault(name: string): string | undefined {
  if (name === '') return 'expected no empty part';
  if (name.startsWith('.')) return 'expected no part that begins with "."';
  if (Buffer.byteLength(name) > maxNameBytes) return `expected parts of at most ${maxNameBytes} bytes`;
  return undefined;
}
