import { describe, expect, it } from '@jest/globals';
import type { GeneratedFile } from '../plan.js';
import { compareFiles, type FoundFile } from './compare-files.js';
import { headerOf, ownerOf } from './header.js';

const home = '/srv/my app';
const header = (tenant?: string, of = home): string => `# ${headerOf({ home: of, tenant })}\n`;
const wanted = (path: string, text: string, mode?: number): GeneratedFile => ({
  path,
  text,
  ...(mode === undefined ? {} : { mode }),
});
const found = (path: string, text: string, mode = 0o644): FoundFile => ({ path, text, mode });

function compare(
  now: readonly GeneratedFile[],
  before: readonly FoundFile[],
  broken: readonly string[] = [],
) {
  return compareFiles({ home, wanted: now, found: before, leftAlone: new Set(broken) });
}

describe('the first line of a generated file', () => {
  it('says whose it is, also after #!', () => {
    expect(ownerOf(header('acme-2'))).toEqual({ home, tenant: 'acme-2' });
    expect(ownerOf(`#!/bin/sh\n${header()}`)).toEqual({ home, tenant: undefined });
    expect(ownerOf('[Unit]\nDescription=mine\n')).toBeUndefined();
    expect(ownerOf(`[Unit]\n\n${header()}`)).toBeUndefined();
  });
});

describe('comparing generated files', () => {
  it('finds nothing to do where all is in place', () => {
    const text = header('acme');
    expect(compare([wanted('a', text)], [found('a', text)])).toEqual({ changes: [], foreign: [] });
  });

  it('adds, changes by text or mode, and removes, in the order of the paths', () => {
    const text = header('acme');
    const { changes } = compare(
      [wanted('d', text), wanted('b', `${text}new`), wanted('c', text, 0o755)],
      [found('b', text), found('c', text), found('a', text)],
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['removed', 'changed', 'changed', 'added']);
  });

  it('leaves the files of a tenant alone whose overlay is broken', () => {
    const before = [found('acme', header('acme')), found('zed', header('zed'))];
    const { changes } = compare([], before, ['acme']);
    expect(changes).toEqual([{ kind: 'removed', before: before[1] }]);
  });

  it("never touches somebody else's file, nor another home's", () => {
    const before = [found('theirs', '[Unit]\n'), found('other', header('acme', '/srv/other'))];
    expect(compare([], before)).toEqual({ changes: [], foreign: [] });
    const both = [wanted('theirs', header()), wanted('other', header('acme'))];
    expect(compare(both, before)).toEqual({ changes: [], foreign: ['theirs', 'other'] });
  });
});
