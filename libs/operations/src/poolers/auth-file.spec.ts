import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from '#libs/settings';
import { addLogins, readLogins } from './auth-file.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-logins-'));
  file = join(folder, 'users.txt');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logins = (...pairs: [string, string][]): Map<string, Secret> =>
  new Map(pairs.map(([role, password]) => [role, new Secret(password)]));

describe('the auth_file of a pooler', () => {
  it('is made for its group to read, and not written when nothing changes', () => {
    expect(addLogins(file, logins(['tenant_b', 'two'], ['tenant_a', 'o"ne']))).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('"tenant_a" "o""ne"\n"tenant_b" "two"\n');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(addLogins(file, logins(['tenant_a', 'o"ne']))).toBe(false);
  });

  it('leaves the logins of others in it', () => {
    writeFileSync(file, '; by hand\n"monitor" "SCRAM-SHA-256$4096:x"  ""\n"tenant_a" "old"\n');
    addLogins(file, logins(['tenant_a', 'new']));
    expect(Object.fromEntries(readLogins(file))).toEqual({
      monitor: 'SCRAM-SHA-256$4096:x',
      tenant_a: 'new',
    });
  });

  it('says where it cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    const below = join(folder, 'file', 'users.txt');
    expect(() => addLogins(below, logins(['a', 'b']))).toThrow(`${below}: cannot be read or written: `);
  });
});
