import { contentTypeOf, type Family } from './content-type.js';
import { numberedName, type FileName } from './file-name.js';

/** As many first bytes as the table below looks at. */
export const headBytes = 64;

interface Signature {
  readonly family: Family;
  /** The ending to give when the name's own is of another family; empty where the bytes do not tell which. */
  readonly extension: string;
  matches(head: Buffer): boolean;
}

// Signatures: https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern and the formats' own documents.
const signatures: readonly Signature[] = [
  { family: 'png', extension: 'png', matches: at(0, '\x89PNG\r\n\x1a\n') },
  { family: 'jpeg', extension: 'jpg', matches: at(0, '\xff\xd8\xff') },
  { family: 'gif', extension: 'gif', matches: either(at(0, 'GIF87a'), at(0, 'GIF89a')) },
  { family: 'webp', extension: 'webp', matches: both(at(0, 'RIFF'), at(8, 'WEBP')) },
  { family: 'wav', extension: 'wav', matches: both(at(0, 'RIFF'), at(8, 'WAVE')) },
  { family: 'avif', extension: 'avif', matches: either(at(4, 'ftypavif'), at(4, 'ftypavis')) },
  { family: 'mp4', extension: 'mp4', matches: at(4, 'ftyp') },
  { family: 'ogg', extension: 'ogg', matches: at(0, 'OggS') },
  { family: 'matroska', extension: 'webm', matches: at(0, '\x1a\x45\xdf\xa3') },
  { family: 'flac', extension: 'flac', matches: at(0, 'fLaC') },
  { family: 'mp3', extension: 'mp3', matches: either(at(0, 'ID3'), isMpegAudioFrame) },
  { family: 'pdf', extension: 'pdf', matches: at(0, '%PDF-') },
  { family: 'zip', extension: 'zip', matches: either(at(0, 'PK\x03\x04'), at(0, 'PK\x05\x06')) },
  { family: 'gzip', extension: 'gz', matches: at(0, '\x1f\x8b') },
  { family: 'ole', extension: '', matches: at(0, '\xd0\xcf\x11\xe0') },
  { family: 'woff', extension: 'woff', matches: at(0, 'wOFF') },
  { family: 'woff2', extension: 'woff2', matches: at(0, 'wOF2') },
  { family: 'bmp', extension: 'bmp', matches: both(at(0, 'BM'), at(6, '\0\0\0\0')) },
  { family: 'ico', extension: 'ico', matches: at(0, '\0\0\x01\0') },
];

/**
 * Gives the name the ending that its content has, so that a web server which goes by the ending alone is right too:
 * a PNG called `photo.jpg` becomes `photo.png`, and a web page called `photo.jpg` loses the ending (`photo-jpg`).
 * Text has no signature, so an ending of text stays unless the bytes are of a known binary kind.
 */
export function nameByContent(name: FileName, head: Buffer): FileName {
  const claimed = contentTypeOf(numberedName(name, 1)).family;
  const found = signatures.find((signature) => signature.matches(head));
  if (found !== undefined) {
    return found.family === claimed ? name : withExtension(name, found.extension);
  }
  return claimed === undefined ? name : withExtension(name, '');
}

function withExtension(name: FileName, extension: string): FileName {
  if (extension !== '') return { stem: name.stem, extension };
  return { stem: name.extension === '' ? name.stem : `${name.stem}-${name.extension}`, extension: '' };
}

function at(offset: number, bytes: string): (head: Buffer) => boolean {
  const expected = Buffer.from(bytes, 'latin1');
  return (head) => head.subarray(offset, offset + expected.length).equals(expected);
}

function either(one: Signature['matches'], other: Signature['matches']): Signature['matches'] {
  return (head) => one(head) || other(head);
}

function both(one: Signature['matches'], other: Signature['matches']): Signature['matches'] {
  return (head) => one(head) && other(head);
}

/** MPEG audio without an ID3 tag: eleven sync bits, then layer III. */
function isMpegAudioFrame(head: Buffer): boolean {
  const [first = 0, second = 0] = head;
  return first === 0xff && (second & 0xe6) === 0xe2;
}
