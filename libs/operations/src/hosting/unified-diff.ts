import { join } from 'node:path';
import { type FileChange, pathOf } from '#libs/hosting';

/** A change as diff(1) shows it, without hunks: the files are short. */
export function unifiedDiff(folder: string, change: FileChange): string {
  const path = join(folder, pathOf(change));
  const before = change.kind === 'added' ? [] : linesOf(change.before.text);
  const after = change.kind === 'removed' ? [] : linesOf(change.file.text);
  const [from, to] = [
    change.kind === 'added' ? '/dev/null' : path,
    change.kind === 'removed' ? '/dev/null' : path,
  ];
  return [`--- ${from}`, `+++ ${to}`, ...diffLines(before, after)].join('\n');
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** By the longest common subsequence, from its end. */
function diffLines(before: readonly string[], after: readonly string[]): string[] {
  const longest = lengths(before, after);
  const shown: string[] = [];
  let [old, now] = [0, 0];
  while (old < before.length || now < after.length) {
    const [line, other] = [before[old], after[now]];
    if (line !== undefined && line === other) {
      shown.push(` ${line}`);
      [old, now] = [old + 1, now + 1];
    } else if (
      other !== undefined &&
      (line === undefined || at(longest, old, now + 1) > at(longest, old + 1, now))
    ) {
      shown.push(`+${other}`);
      now += 1;
    } else {
      shown.push(`-${line ?? ''}`);
      old += 1;
    }
  }
  return shown;
}

function lengths(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () =>
    Array.from({ length: after.length + 1 }, () => 0),
  );
  for (let old = before.length - 1; old >= 0; old -= 1) {
    for (let now = after.length - 1; now >= 0; now -= 1) {
      const row = table[old];
      if (row === undefined) continue;
      row[now] =
        before[old] === after[now]
          ? at(table, old + 1, now + 1) + 1
          : Math.max(at(table, old + 1, now), at(table, old, now + 1));
    }
  }
  return table;
}

function at(table: readonly (readonly number[])[], row: number, column: number): number {
  return table[row]?.[column] ?? 0;
}
