/** One file or link of an archive, in the oldest format that everybody reads: POSIX ustar. */
export interface TarEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  /** Where a link leads; undefined for a file. */
  readonly link?: string | undefined;
  /** Seconds since 1970. */
  readonly mtime: number;
}

export const blockBytes = 512;

/** Where the fields of a header are: offset and length. */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
} as const;

type Field = keyof typeof fields;

/** Throws RangeError for a path that no header can hold. */
export function tarHeader({ path, mode, size, link, mtime }: TarEntry): Buffer {
  const block = Buffer.alloc(blockBytes);
  const put = (field: Field, text: string): void => {
    const [offset, length] = fields[field];
    const bytes = Buffer.from(text);
    if (bytes.length > length) throw new RangeError(`${path}: is too long for an archive`);
    bytes.copy(block, offset);
  };
  const [prefix, name] = splitPath(path);
  put('name', name);
  put('prefix', prefix);
  put('mode', octal(mode, 7));
  put('uid', octal(0, 7));
  put('gid', octal(0, 7));
  put('size', octal(size, 11));
  put('mtime', octal(mtime, 11));
  put('type', link === undefined ? '0' : '2');
  put('link', link ?? '');
  put('magic', 'ustar\u000000');
  put('checksum', `${octal(checksumOf(block), 6)}\0 `);
  return block;
}

/** What fills the last block of a file. */
export function padding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

/** Undefined for what is no header: damaged, or of a kind that releases do not have. */
export function parseTarHeader(block: Buffer): TarEntry | undefined {
  const text = (field: Field): string => {
    const [offset, length] = fields[field];
    const [found = ''] = block
      .subarray(offset, offset + length)
      .toString('utf8')
      .split('\0', 1);
    return found;
  };
  const number = (field: Field): number => Number.parseInt(text(field).trim() || '0', 8);
  const type = text('type');
  if (number('checksum') !== checksumOf(block) || (type !== '0' && type !== '2')) return undefined;
  const path = [text('prefix'), text('name')].filter(Boolean).join('/');
  const [mode, size, mtime] = [number('mode'), number('size'), number('mtime')];
  return { path, mode, size, mtime, link: type === '2' ? text('link') : undefined };
}

/** Two of them end an archive. */
export function isEmptyBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

function splitPath(path: string): [string, string] {
  if (Buffer.byteLength(path) <= fields.name[1]) return ['', path];
  // The longest name that fits, so that the prefix is as short as can be.
  const slashes = [...path.matchAll(/\//g)].map(({ index }) => index);
  const at = slashes.find((index) => Buffer.byteLength(path.slice(index + 1)) <= fields.name[1]);
  return at === undefined ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** Of all bytes, where the checksum itself counts as spaces. */
function checksumOf(block: Buffer): number {
  const [offset, length] = fields.checksum;
  let sum = length * 0x20;
  for (const [index, byte] of block.entries()) if (index < offset || index >= offset + length) sum += byte;
  return sum;
}
