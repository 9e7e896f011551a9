import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findViolations, type Findings } from './find-violations.js';
import { importRules } from './import-rules.js';
import { orderlyTree, plantedViolations } from './planted.js';
import { textRules } from './text-rules.js';

const parent = mkdtempSync(join(realpathSync(tmpdir()), 'boundaries-'));

afterAll(() => rmSync(parent, { recursive: true, force: true }));

function plant(name: string, ...trees: Readonly<Record<string, string>>[]): string {
  const root = join(parent, name);
  for (const [path, text] of trees.flatMap((tree) => Object.entries(tree))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('the boundaries of the repository', () => {
  it('find nothing wrong in an orderly tree, and look at all of it', async () => {
    const findings = await findViolations(plant('orderly', orderlyTree));
    expect(findings.violations).toEqual([]);
    const modules = Object.keys(orderlyTree).filter((path) => path.endsWith('.ts')).length;
    expect(findings.modules).toBe(modules);
  });

  it('are held against more than a hundred modules of this checkout', async () => {
    const findings = await findViolations(join(import.meta.dirname, '../../..'));
    expect(findings.modules).toBeGreaterThan(100);
  });
});

describe('a planted violation', () => {
  let findings: Findings;

  beforeAll(async () => {
    findings = await findViolations(
      plant('planted', orderlyTree, ...plantedViolations.map(({ files }) => files)),
    );
  });

  it.each(plantedViolations)('of $rule is caught', ({ rule, at }) => {
    expect(findings.violations).toContainEqual(expect.objectContaining({ rule, at }));
  });

  it('exists for every rule there is', () => {
    const rules = [...importRules, ...textRules].map(({ name }) => name);
    expect(new Set(plantedViolations.map(({ rule }) => rule))).toEqual(new Set(rules));
  });
});
