import { UnsafePath } from './errors.js';

const maxStemBytes = 100;
const fallbackStem = 'file';

/** A file name in the two halves that matter: `{ stem: 'harbour-at-dawn', extension: 'jpg' }`. */
export interface FileName {
  readonly stem: string;
  /** Lower case, without the dot; empty when the name has none. */
  readonly extension: string;
}

/**
 * Makes the name under which an upload is kept: Unicode NFC, lower case, letters, digits, `-` and `_` of any script, at most
 * 100 bytes before the ending. Only the last ending stays an ending: a server that maps inner ones (Apache's mod_mime) would
 * run `x.php.jpg`.
 * @throws UnsafePath for a name with a path in it, a dot file, or a NUL; it is a mistake or an attack, not a name to repair
 */
export function sanitizeFileName(original: string): FileName {
  const name = original.normalize('NFC').trim();
  const reason = findFault(name);
  if (reason !== undefined) {
    throw new UnsafePath(`upload: ${reason}, found ${JSON.stringify(original.slice(0, 120))}.`, {
      hint: 'Rename the file, such as "photo.jpg", and send it again.',
    });
  }
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
  const hasEnding = /^[a-z0-9]{1,10}$/.test(ending);
  const stem = clean(hasEnding ? name.slice(0, dot) : name);
  return { stem: shorten(stem) || fallbackStem, extension: hasEnding ? ending : '' };
}

/** The name with a number for the second and later files that want it: `photo.jpg`, `photo-2.jpg`. */
export function numberedName({ stem, extension }: FileName, attempt: number): string {
  const numbered = attempt === 1 ? stem : `${stem}-${attempt}`;
  return extension === '' ? numbered : `${numbered}.${extension}`;
}

function findFault(name: string): string | undefined {
  if (name === '') return 'expected a file name';
  if (name.includes('\0')) return 'expected a file name without NUL';
  if (/[/\\]/.test(name)) return 'expected a file name without a path';
  if (name.startsWith('.')) return 'expected a file name that does not begin with "."';
  return undefined;
}

function clean(stem: string): string {
  return stem
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}_-]+/gu, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^[-_]+|[-_]+$/g, '');
}

function shorten(stem: string): string {
  let short = '';
  for (const character of stem) {
    if (Buffer.byteLength(short) + Buffer.byteLength(character) > maxStemBytes) break;
    short += character;
  }
  return short.replace(/-+$/, '');
}
