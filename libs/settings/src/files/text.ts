import { isUtf8 } from 'node:buffer';
import { failWith } from './problem.js';

/** What YAML forbids in a file: control characters but tab and line ends, and a byte order mark behind the start. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufeff]/u;

/** UTF-8 as text, without a leading byte order mark; names the line of the first byte that is none. */
export function decodeText(file: string, bytes: Buffer): string {
  if (!isUtf8(bytes)) failWith({ file, line: findBadLine(bytes), text: 'is not valid UTF-8' });
  const decoded = bytes.toString('utf8');
  const text = decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded;
  const found = forbidden.exec(text);
  if (found === null) return text;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const line = text.slice(0, found.index).split('\n').length;
  return failWith({ file, line, text: `holds the character U+${code}${code === '0000' ? ' (NUL)' : ''}` });
}

function findBadLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return line;
}
