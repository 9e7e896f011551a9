import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'house-size-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const statements = (count: number): string =>
  Array.from({ length: count }, (_, index) => `  console.log(${index});\n`).join('');

/** A function of so many lines, its first and last among them. */
const functionOf = (lines: number): string => `export function long() {\n${statements(lines - 2)}}\n`;

/** What the linter of this repository says about the size of a file and of its functions. */
function complaints(name: string, text: string): string[] {
  const file = join(folder, name);
  writeFileSync(file, text);
  const linter = join(root, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(linter, ['-c', '.oxlintrc.json', '-f', 'json', file], {
    cwd: root,
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
  return diagnostics.map(({ code }) => code).filter((code) => code.includes('max-lines'));
}

describe('the limits of size', () => {
  it('let a function have 25 lines, comments and blank lines aside', () => {
    expect(complaints('fits.ts', functionOf(25))).toEqual([]);
    expect(complaints('explained.ts', functionOf(25).replace('{\n', '{\n\n  // Why.\n'))).toEqual([]);
    expect(complaints('long.ts', functionOf(26))).toEqual(['eslint(max-lines-per-function)']);
  });

  it('let a file have 200 lines', () => {
    expect(complaints('fits.ts', statements(200))).toEqual([]);
    expect(complaints('long.ts', statements(201))).toEqual(['eslint(max-lines)']);
  });

  it('let a spec be longer, as a describe is a function', () => {
    expect(complaints('long.spec.ts', functionOf(400))).toEqual([]);
    expect(complaints('longer.spec.ts', statements(401))).toEqual(['eslint(max-lines)']);
  });
});
