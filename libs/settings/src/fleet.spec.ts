import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findConflicts } from './fleet-conflicts.js';
import { listTenantNames, requireTenant } from './registry.js';
import { parseTenantName } from './tenant-name.js';
import { errorOf, TestHome } from './test-home.js';

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home.remove());

function tenants(overlays: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(overlays))
    home.write({ [`tenants/${name}/settings.yaml`]: content });
}

describe('the registry', () => {
  it('is the tenants folder: sorted, links followed, nothing else', () => {
    tenants({ zed: '{}', acme: '{}', _profiles: '{}', '.git': '{}', 'lost+found': '{}' });
    home.write({ 'tenants/README.md': 'x', 'elsewhere/settings.yaml': '{}' });
    symlinkSync(join(home.dir, 'elsewhere'), join(home.dir, 'tenants/linked'));
    symlinkSync(join(home.dir, 'nowhere'), join(home.dir, 'tenants/dangling'));
    expect(listTenantNames(home.open().paths)).toEqual(['acme', 'linked', 'zed']);
  });

  it('that cannot be read is an error, never an empty fleet', () => {
    const { paths } = home.open();
    rmSync(paths.tenants, { recursive: true });
    expect(errorOf(() => listTenantNames(paths))).toMatchObject({
      message: 'tenants: the tenants folder cannot be read: no such folder.',
      exitCode: 78,
    });
  });

  it.each([
    ['acmee', 'UNKNOWN_TENANT', 'tenant acmee: there is no tenant of this name.', 'Did you mean "acme"?'],
    [
      'qqqqqq',
      'UNKNOWN_TENANT',
      'tenant qqqqqq: there is no tenant of this name.',
      'Run `tenantry tenant list` to see all.',
    ],
    [
      'postgres',
      'INVALID_TENANT_NAME',
      'tenant name: "postgres" is a reserved word.',
      'Choose another name, such as "postgres-1".',
    ],
    ...['../x', 'ACME', 'a'.repeat(64), '', '-a', 'a-', 'a_b', 'a\n'].map(
      (name): [string, string, string, string] => [
        name,
        'INVALID_TENANT_NAME',
        `tenant name: expected 2 to 40 of a-z, 0-9 and "-", beginning with a letter and not ending with "-", found ${JSON.stringify(name)}.`,
        'Choose a name such as "acme" or "blue-river".',
      ],
    ),
  ])('refuses %j', (name, code, message, hint) => {
    tenants({ acme: '{}' });
    expect(errorOf(() => requireTenant(home.open().paths, name))).toMatchObject({
      code,
      message,
      hint,
      exitCode: 2,
    });
  });
});

describe('a fleet', () => {
  it('loads every tenant but the broken ones, and says what is wrong with each', () => {
    tenants({ acme: '{}', bad: 'site: { titel: x }', broken: 'a: [', worse: '', zed: '{}' });
    mkdirSync(join(home.dir, 'tenants/empty'));
    mkdirSync(join(home.dir, 'tenants/folder/settings.yaml'), { recursive: true });
    home.write({ 'tenants/zed/secrets.yaml': 'database: { ownerPassword: hunter2 }' });
    chmodSync(join(home.dir, 'tenants/zed/secrets.yaml'), 0o644);
    const { loaded, broken } = home.fleet();
    expect([...loaded.keys()]).toEqual(['acme']);
    expect(Object.fromEntries([...broken].map(([name, error]) => [name, error.message]))).toEqual({
      bad: 'tenants/bad/settings.yaml:1: site.titel: unknown key. Did you mean "site.title"?',
      broken: expect.stringMatching(/^tenants\/broken\/settings.yaml:1: is not valid YAML: /),
      worse: 'tenants/worse/settings.yaml: is empty.',
      empty: 'tenants/empty/settings.yaml: cannot be read: no such file.',
      folder: 'tenants/folder/settings.yaml: cannot be read: it is not a file.',
      zed: 'tenants/zed/secrets.yaml: holds secrets and can be read by others: expected mode 0600, found 0644.',
    });
    expect(broken.get(parseTenantName('zed'))).toMatchObject({
      tenant: 'zed',
      hint: 'Run: chmod 600 tenants/zed/secrets.yaml',
    });
  });

  it("does not read an overlay through a link to another tenant's", () => {
    tenants({ acme: '{}' });
    mkdirSync(join(home.dir, 'tenants/zed'));
    symlinkSync(join(home.dir, 'tenants/acme/settings.yaml'), join(home.dir, 'tenants/zed/settings.yaml'));
    expect(errorOf(() => home.load('zed')).message).toBe(
      'tenants/zed/settings.yaml: is a link that leads out of its folder.',
    );
  });
});

describe('conflicts in a fleet', () => {
  const conflicts = () => findConflicts(home.fleet().loaded.values());

  it('are none between tenants that only have their names', () => {
    tenants({ acme: 'hosts: [acme.test, .acme.test]', liberty: 'hosts: [www.acme.test]' });
    expect(conflicts()).toEqual([]);
  });

  it.each([
    ['host', 'hosts: [shared.test]', 'hosts: [a.test, Shared.test]', 'shared.test'],
    ['host', 'hosts: [.shared.test]', 'hosts: [.shared.test]', '.shared.test'],
    ['port', 'http: { port: 8081 }', 'http: { port: 8081 }', '8081'],
    ['osUser', 'process: { user: web }', 'process: { user: web }', 'web'],
    ['socket', 'http: { socket: run/x.sock }', 'http: { socket: ./run/../run/x.sock }', 'HOME/run/x.sock'],
    ['mediaRoot', 'media: { root: files/a }', 'media: { root: files/a }', 'HOME/files/a'],
    ['mediaRoot', 'media: { root: files/a }', 'media: { root: files/a/b }', 'HOME/files/a/b'],
    ['role', '{}', 'database: { ownerRole: tenant_acme }', 'main/tenant_acme'],
  ])('are found: %s claimed by %s and %s', (kind, acme, liberty, value) => {
    tenants({ acme, liberty });
    const found = conflicts();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind, tenants: ['acme', 'liberty'] });
    expect(found[0]?.value.replace(home.dir, 'HOME')).toBe(value);
  });

  it('name the places, and the database besides its roles', () => {
    tenants({ acme: '{}', liberty: 'database:\n  name: tenant_acme', zed: '{}' });
    expect(conflicts()).toMatchObject([
      {
        kind: 'database',
        value: 'main/tenant_acme',
        tenants: ['acme', 'liberty'],
        places: [
          { tenant: 'acme', file: 'tenants/acme/settings.yaml', line: undefined },
          { tenant: 'liberty', file: 'tenants/liberty/settings.yaml', line: 2 },
        ],
      },
      { kind: 'role', value: 'main/tenant_acme' },
      { kind: 'role', value: 'main/tenant_acme_owner' },
    ]);
  });

  it('see through links: one folder by two names is one media root', () => {
    mkdirSync(join(home.dir, 'files'));
    symlinkSync(join(home.dir, 'files'), join(home.dir, 'other'));
    tenants({ acme: 'media: { root: files/a }', liberty: 'media: { root: other/a }' });
    expect(conflicts()).toMatchObject([{ kind: 'mediaRoot', tenants: ['acme', 'liberty'] }]);
  });
});
