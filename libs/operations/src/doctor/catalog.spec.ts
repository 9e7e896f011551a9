import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { severities } from './catalog.js';

const page = join(import.meta.dirname, '../../../../../docs/doctor.md');

describe('docs/doctor.md', () => {
  it('lists every finding with its severity', () => {
    const rows = [...readFileSync(page, 'utf8').matchAll(/^\| `([a-z-]+)` +\| (\w+) +\|/gm)];
    const listed = rows.map(([, id, severity]) => `${id} ${severity}`);
    const known = Object.entries(severities).map(([id, severity]) => `${id} ${severity}`);
    expect(listed.toSorted()).toEqual(known.toSorted());
  });
});
