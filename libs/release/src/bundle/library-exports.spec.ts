import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { exportsOf } from './library-exports.js';

describe('exportsOf', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tenantry-exports-'));
  });

  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it('finds the file that declares each name, however deep it is exported again', () => {
    const files = {
      'index.js':
        "export * from './a.js';\nexport { b as c, D } from './b.js';\nexport {} from './types.js';\n",
      'a.js': 'export const a = 1;\nexport async function load() {}\nconst hidden = 1;\n',
      'b.js': "export { b } from './deep.js';\nexport class D {\n}\n",
      'deep.js': 'function b() {}\nexport { b };\n',
      'types.js': 'export {};\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    expect(Object.fromEntries(exportsOf(join(dir, 'index.js')))).toEqual({
      a: { file: join(dir, 'a.js'), name: 'a' },
      load: { file: join(dir, 'a.js'), name: 'load' },
      c: { file: join(dir, 'deep.js'), name: 'b' },
      D: { file: join(dir, 'b.js'), name: 'D' },
    });
  });
});
