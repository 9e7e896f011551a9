import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorOf, TestHome } from '../test-home.js';

const overlay = 'tenants/acme/settings.yaml';
const outside = 'is outside the folders that may be read.';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home.remove());

function passwordFrom(path: string, env: Record<string, string> = {}): string | undefined {
  home.write({ [overlay]: `database: { runtimePassword: { $file: "${path}" } }` });
  return home.load('acme', { env }).settings.database.runtimePassword?.reveal();
}

const refusal = (path: string, env: Record<string, string> = {}): string =>
  errorOf(() => passwordFrom(path, env)).message.replace(`${overlay}:1: database.runtimePassword: `, '');

describe('$file with a systemd credential', () => {
  const env = (): Record<string, string> => ({ CREDENTIALS_DIRECTORY: join(home.dir, 'credentials') });
  beforeEach(() => {
    home.write({ 'credentials/db': 'hunter22\n', 'credentials-of-others/db': 'theirs' });
  });

  it('reads it by the variable, and by its whole path', () => {
    expect(passwordFrom('$CREDENTIALS_DIRECTORY/db', env())).toBe('hunter22');
    expect(passwordFrom(join(home.dir, 'credentials/db'), env())).toBe('hunter22');
  });

  it('needs the variable, which its process is then given', () => {
    const path = '$CREDENTIALS_DIRECTORY/db';
    const unset = `$file: ${path}: CREDENTIALS_DIRECTORY is not set.`;
    expect(refusal(path)).toBe(unset);
    expect(refusal(path, { CREDENTIALS_DIRECTORY: '' })).toBe(unset);
    expect(refusal(path, { CREDENTIALS_DIRECTORY: 'credentials' })).toBe(unset);
    expect(refusal(join(home.dir, 'credentials/db'))).toContain(outside);
    passwordFrom(path, env());
    expect(home.load('acme', { env: env() }).variables).toEqual(['CREDENTIALS_DIRECTORY']);
  });

  it('stays in its folder', () => {
    symlinkSync('../credentials-of-others/db', join(home.dir, 'credentials/link'));
    for (const path of ['../credentials-of-others/db', 'link']) {
      expect(refusal(`$CREDENTIALS_DIRECTORY/${path}`, env())).toContain(outside);
    }
  });

  it("is there for the host's own settings, too", () => {
    const password = (path: string): string =>
      `postgres: { servers: { big: { host: db.test, password: { $file: "${path}" } } } }`;
    const folder = mkdtempSync('/tmp/credentials-');
    try {
      writeFileSync(join(folder, 'admin'), 'hunter22\n');
      home.write({ 'tenantry.yaml': password('$CREDENTIALS_DIRECTORY/admin') });
      const { host } = home.open({ CREDENTIALS_DIRECTORY: folder });
      expect(host.postgres.servers['big']?.password?.reveal()).toBe('hunter22');
      home.write({ 'tenantry.yaml': password(join(folder, 'admin')) });
      expect(errorOf(() => home.open()).message).toContain(outside);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('$file with a mounted secret', () => {
  it('reads below the folders that tenantry.yaml allows, as Kubernetes lays them out', () => {
    const mounted = mkdtempSync('/tmp/secrets-');
    try {
      // A volume is changed by moving one link, and each key is a link through it.
      mkdirSync(join(mounted, '..2026'));
      writeFileSync(join(mounted, '..2026/db'), ' hunter22 \n');
      symlinkSync('..2026', join(mounted, '..data'));
      symlinkSync('..data/db', join(mounted, 'db'));
      expect(refusal(join(mounted, 'db'))).toContain(outside);
      home.write({ 'tenantry.yaml': `secretRoots: ["${mounted}"]` });
      expect(passwordFrom(join(mounted, 'db'))).toBe('hunter22');
      expect(refusal(`${mounted}-of-others/db`)).toContain('no such file');
      symlinkSync('/etc/hostname', join(mounted, 'leads-out'));
      expect(refusal(join(mounted, 'leads-out'))).toContain(outside);
    } finally {
      rmSync(mounted, { recursive: true });
    }
  });

  const isRoot = process.getuid?.() === 0;
  if (!isRoot) console.warn('Not root: /run/secrets is not tried.');
  (isRoot ? it : it.skip)('reads below /run/secrets without being told to', () => {
    const existed = mkdirSync('/run/secrets', { recursive: true }) === undefined;
    const folder = mkdtempSync('/run/secrets/tenantry-');
    try {
      writeFileSync(join(folder, 'db'), 'hunter22\n');
      expect(passwordFrom(join(folder, 'db'))).toBe('hunter22');
      home.write({ 'tenantry.yaml': 'secretRoots: []' });
      expect(refusal(join(folder, 'db'))).toContain(outside);
    } finally {
      rmSync(existed ? folder : '/run/secrets', { recursive: true });
    }
  });
});

describe('secrets.yaml as a systemd credential', () => {
  const env = (): Record<string, string> => ({ CREDENTIALS_DIRECTORY: join(home.dir, 'credentials') });
  const password = (): string | undefined =>
    home.load('acme', { env: env() }).settings.database.runtimePassword?.reveal();
  beforeEach(() => home.write({ [overlay]: '{}' }));

  it("is read in place of the file, which the tenant's user need not be able to open", () => {
    home.write({ 'tenants/acme/secrets.yaml': 'database: { runtimePassword: in-the-file }' });
    expect(password()).toBe('in-the-file');
    home.write({ 'credentials/secrets-of-acme': 'database: { runtimePassword: handed-over }' });
    expect(password()).toBe('handed-over');
  });

  it("is not another tenant's, and never quoted", () => {
    home.write({ 'credentials/secrets-of-zed': 'database: { runtimePassword: theirs }' });
    expect(password()).toBeUndefined();
    home.write({ 'credentials/secrets-of-acme': 'database: { runtimePassword: [hunter22] }' });
    expect(errorOf(password).message).not.toContain('hunter22');
  });
});
