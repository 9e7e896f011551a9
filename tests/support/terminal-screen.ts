/** What a sequence for the terminal begins with. */
export const escape = String.fromCodePoint(27);
const sequence = new RegExp(String.raw`${escape}\[(\d*)([A-Za-z])|[^]`, 'gu');

/** What a terminal shows in the end, of what was written to it: lines, erasing and the cursor's way up. */
export function screenAfter(written: string): string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  // Carriage return, line feed, `ESC [ n A`, `ESC [ 0 J`, colours, or a character.
  for (const [part, count, letter] of written.matchAll(sequence)) {
    if (letter === 'A') row = Math.max(0, row - Number(count === '' ? 1 : count));
    else if (letter === 'J') lines.splice(row, Infinity, (lines[row] ?? '').slice(0, column));
    else if (letter !== undefined) continue;
    else if (part === '\r') column = 0;
    else if (part === '\n') {
      row += 1;
      lines[row] ??= '';
    } else {
      const line = lines[row] ?? '';
      lines[row] = line.slice(0, column).padEnd(column) + part + line.slice(column + 1);
      column += 1;
    }
  }
  return lines;
}
