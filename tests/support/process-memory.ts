import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Whether a text stands anywhere in the writable memory of a process, by Linux' /proc. */
export function isInMemory(pid: number, text: string): boolean {
  // V8 keeps a text in one or two bytes a letter.
  const needles = [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')];
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    return writableRanges(pid).some((range) => {
      const content = read(memory, range);
      return needles.some((needle) => content.includes(needle));
    });
  } finally {
    closeSync(memory);
  }
}

interface Range {
  readonly start: number;
  readonly length: number;
}

/** https://www.kernel.org/doc/html/latest/filesystems/proc.html, `/proc/PID/maps` */
function writableRanges(pid: number): Range[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n');
  return lines.flatMap((line) => {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    const start = Number.parseInt(from, 16);
    return from === '' ? [] : [{ start, length: Number.parseInt(to, 16) - start }];
  });
}

const blockBytes = 8 * 1024 * 1024;

function read(memory: number, { start, length }: Range): Buffer {
  const blocks: Buffer[] = [];
  for (let offset = 0; offset < length; offset += blockBytes) {
    const block = Buffer.alloc(Math.min(blockBytes, length - offset));
    try {
      blocks.push(block.subarray(0, readSync(memory, block, 0, block.length, start + offset)));
    } catch {
      // Reserved, but never used, or gone since.
    }
  }
  return Buffer.concat(blocks);
}
