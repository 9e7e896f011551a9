import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { homePaths, type LoadedSettings } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { heldTenants, ownReleaseOf, releaseFor } from './release-of.js';

let dir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'release-of-')));
  for (const id of ['1.0.0', '1.1.0', '1.2.0']) write(`releases/${id}/release.json`, '{}');
});

afterEach(() => rmSync(dir, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
}

function dependencies(): Pick<Dependencies, 'home' | 'currentRelease'> {
  return {
    home: { paths: homePaths(dir), host: {} as Dependencies['home']['host'] },
    currentRelease: () => ({ id: '1.2.0', dir: join(dir, 'releases/1.2.0'), kind: 'built' }),
  };
}

function acme(release?: string): LoadedSettings {
  const source = () => ({ file: 'tenants/acme/settings.yaml', line: 3 });
  return { tenant: 'acme', settings: { release }, source } as unknown as LoadedSettings;
}

describe('the release of a tenant', () => {
  it('is the current one', () => {
    expect(releaseFor(dependencies(), acme()).id).toBe('1.2.0');
    expect(ownReleaseOf(dependencies(), acme())).toBeUndefined();
  });

  it('is the one that a deploy holds it back on, before the current one', () => {
    write('state/held/acme.json', '{"release": "1.1.0", "run": "r", "why": "it did not start"}');
    const expected = { id: '1.1.0', dir: join(dir, 'releases/1.1.0'), kind: 'built' };
    expect(releaseFor(dependencies(), acme())).toEqual(expected);
    expect(ownReleaseOf(dependencies(), acme())).toEqual({ id: '1.1.0', why: 'held' });
    expect([...heldTenants(dependencies().home.paths)]).toEqual(['acme']);
  });

  it('is the one that it is pinned to, before any other', () => {
    write('state/held/acme.json', '{"release": "1.1.0", "run": "r", "why": "it did not start"}');
    expect(releaseFor(dependencies(), acme('1.0.0')).id).toBe('1.0.0');
    expect(ownReleaseOf(dependencies(), acme('1.0.0'))).toEqual({ id: '1.0.0', why: 'pinned' });
  });

  it('is an error with file and line where the pin names one that is not there', () => {
    expect(() => releaseFor(dependencies(), acme('1.1.1'))).toThrow(
      'tenants/acme/settings.yaml:3: release: expected a release of this home, found "1.1.1".',
    );
  });

  it('is not a directory that was never finished', () => {
    rmSync(join(dir, 'releases/1.1.0/release.json'));
    expect(() => releaseFor(dependencies(), acme('1.1.0'))).toThrow(/found "1.1.0"/);
  });
});
