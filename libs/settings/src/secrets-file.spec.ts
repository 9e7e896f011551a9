import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from './secret.js';
import { writeHomeSecrets, writeSecrets } from './secrets-file.js';
import { parseTenantName } from './tenant-name.js';
import { errorOf, TestHome } from './test-home.js';

const acme = parseTenantName('acme');
const file = 'tenants/acme/secrets.yaml';

let home: TestHome;
beforeEach(() => {
  home = new TestHome({ 'tenants/acme/settings.yaml': '{}' });
});
afterEach(() => home.remove());

const read = (): string => readFileSync(join(home.dir, file), 'utf8');
const write = (patch: Parameters<typeof writeSecrets>[2]): void =>
  writeSecrets(home.open().paths, acme, patch);

describe('writing secrets', () => {
  it('makes a file for its owner alone that loads again', () => {
    write({ database: { ownerPassword: new Secret('a: "b" #\n'), runtimePassword: 'x' } });
    expect(statSync(join(home.dir, file)).mode & 0o7777).toBe(0o600);
    expect(home.load().settings.database.ownerPassword?.reveal()).toBe('a: "b" #\n');
    expect(readdirSync(join(home.dir, 'tenants/acme')).sort()).toEqual(['secrets.yaml', 'settings.yaml']);
  });

  it('keeps comments and other keys, and removes what is undefined', () => {
    home.write({ [file]: '# ours\ndatabase:\n  ownerPassword: old # since May\n  runtimePassword: keep\n' });
    write({ database: { ownerPassword: 'new' } });
    expect(read()).toBe('# ours\ndatabase:\n  ownerPassword: new # since May\n  runtimePassword: keep\n');
    write({ database: { runtimePassword: undefined } });
    expect(read()).toBe('# ours\ndatabase:\n  ownerPassword: new # since May\n');
  });

  it('refuses a file that is not valid instead of replacing the only copy of a password', () => {
    home.write({ [file]: 'database: { ownerPassword: only-copy' });
    expect(errorOf(() => write({ database: { ownerPassword: 'new' } })).message).toBe(
      `${file}:1: is not valid YAML.`,
    );
    expect(read()).toBe('database: { ownerPassword: only-copy');
  });

  it('refuses a file that others can read', () => {
    home.write({ [file]: 'database: {}' });
    chmodSync(join(home.dir, file), 0o604);
    expect(errorOf(() => write({ database: { ownerPassword: 'new' } })).hint).toBe(`Run: chmod 600 ${file}`);
  });

  it('removes what a killed process has left half-written, and nothing else', () => {
    const dead = spawnSync('true').pid;
    const near = ['secrets.yaml.old', `xsecrets.yaml.${dead}.new`, `secrets.yaml.${process.ppid}.new`];
    for (const name of [`secrets.yaml.${dead}.new`, ...near])
      home.write({ [`tenants/acme/${name}`]: 'half' });
    write({ database: { ownerPassword: 'new' } });
    const found = readdirSync(join(home.dir, 'tenants/acme'));
    expect(found.toSorted()).toEqual(['secrets.yaml', 'settings.yaml', ...near].toSorted());
  });

  it('fills an empty place', () => {
    home.write({ [file]: '# nothing yet\ndatabase:\n' });
    write({ database: { ownerPassword: 'new' } });
    expect(home.load().settings.database.ownerPassword?.reveal()).toBe('new');
  });

  it('works for the home, too', () => {
    writeHomeSecrets(home.open().paths, { postgres: { servers: { main: { password: 'pw' } } } });
    expect(home.open().host.postgres.servers['main']?.password?.reveal()).toBe('pw');
  });
});
