import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineSection } from './application.js';
import { duration } from './schema/fields.js';
import { Secret } from './secret.js';
import { errorOf, TestHome } from './test-home.js';

const overlay = 'tenants/acme/settings.yaml';
const secrets = 'tenants/acme/secrets.yaml';

let home: TestHome;
beforeEach(() => {
  home = new TestHome({ [overlay]: '{}' });
});
afterEach(() => home.remove());

describe('the layers of a tenant', () => {
  it('win over each other in order: base, NODE_ENV, profiles, overlay, environment', () => {
    const title = (value: string): string => `site: { title: ${value} }\n`;
    const loaded = (): string => home.load('acme', { nodeEnv: 'production', env }).settings.site.title;
    let env = {};
    expect(loaded()).toBe('Base');
    home.write({ 'config/production.yaml': title('Production') });
    expect(loaded()).toBe('Production');
    home.write({ 'tenants/_profiles/pro.yaml': title('Pro'), [overlay]: 'extends: [pro]' });
    expect(loaded()).toBe('Pro');
    home.write({ [overlay]: `extends: [pro]\n${title('Acme')}` });
    expect(loaded()).toBe('Acme');
    env = { TENANTRY__SITE__TITLE: 'From outside' };
    expect(loaded()).toBe('From outside');
  });

  it('are told with file, line, operator and value, the winner last', () => {
    home.write({
      'config/production.yaml': '\ndatabase: { ownerPassword: { $env: BASE } }',
      'tenants/_profiles/pro.yaml': '\n\ndatabase: { ownerPassword: { $env: PRO } }',
      [overlay]: 'extends: [pro]\ndatabase:\n  ownerPassword: { $file: password.txt }',
      'tenants/acme/password.txt': 'from-file\n',
      [secrets]: 'database:\n  ownerPassword: from-secrets',
    });
    const env = {
      BASE: 'from-base',
      PRO: 'from-pro',
      TENANTRY__DATABASE__OWNER_PASSWORD: 'from-environment',
    };
    const loaded = home.load('acme', { env, nodeEnv: 'production' });
    expect(
      loaded.explain('database.ownerPassword').map(({ file, line, operator }) => [file, line, operator]),
    ).toEqual([
      ['config/production.yaml', 2, '$env'],
      ['tenants/_profiles/pro.yaml', 3, '$env'],
      [overlay, 3, '$file'],
      [secrets, 2, 'set'],
      ['environment variable TENANTRY__DATABASE__OWNER_PASSWORD', undefined, 'set'],
    ]);
    expect(JSON.stringify(loaded.explain('database'))).not.toMatch(/from-/);
    expect(loaded.settings.database.ownerPassword?.reveal()).toBe('from-environment');
    expect(loaded.variables).toEqual(['BASE', 'PRO']);
  });

  it('say where a value was set, and nothing about what follows from the name', () => {
    home.write({ [overlay]: 'hosts:\n  - a.test\n  - b.test\nsite:\n  title: Acme' });
    const loaded = home.load();
    expect(loaded.source('site.title')).toEqual({ file: overlay, line: 5 });
    expect(loaded.source('hosts.1')).toEqual({ file: overlay, line: 3 });
    expect(loaded.source('theme.font')).toEqual({ file: 'config/default.yaml', line: 6 });
    expect(loaded.source('database.name')).toBeUndefined();
    expect(loaded.source('no.such.key')).toBeUndefined();
    expect(loaded.layers).toEqual([
      { kind: 'base', file: 'config/default.yaml' },
      { kind: 'overlay', file: overlay },
    ]);
  });

  it('derive what follows from the name', () => {
    home.write({
      'tenants/blue-river/settings.yaml': '{}',
      'tenants/old/settings.yaml': 'database: { name: legacy }',
    });
    const { database, media, http, templates } = home.load('blue-river').settings;
    expect(database).toMatchObject({
      server: 'main',
      name: 'tenant_blue_river',
      ownerRole: 'tenant_blue_river_owner',
      runtimeRole: 'tenant_blue_river',
    });
    expect(media.root).toBe(join(home.dir, 'tenants/blue-river/media'));
    expect(templates.folder).toBe(join(home.dir, 'tenants/blue-river/templates'));
    expect(http.socket).toBe(join(home.dir, 'run/blue-river.sock'));
    expect(home.load('old').settings.database).toMatchObject({
      ownerRole: 'legacy_owner',
      runtimeRole: 'legacy',
    });
  });

  it('listen on a port instead of a socket where the overlay names one', () => {
    home.write({ [overlay]: 'http: { port: 8099 }' });
    expect(home.load().settings.http).toEqual({ host: '127.0.0.1', port: 8099, bodyLimit: 1024 ** 2 });
  });

  it('need default.yaml, but no file for NODE_ENV', () => {
    expect(home.load('acme', { nodeEnv: 'staging' }).layers).toHaveLength(2);
    expect(errorOf(() => home.load('acme', { nodeEnv: '../secrets' })).message).toBe(
      'environment variable NODE_ENV: expected a word such as "production", found "../secrets".',
    );
    home.write({ 'config/default.yaml': '' });
    expect(errorOf(() => home.load()).message).toBe('config/default.yaml: is empty.');
    rmSync(join(home.dir, 'config/default.yaml'));
    expect(errorOf(() => home.load())).toMatchObject({
      message: 'config/default.yaml: cannot be read: no such file.',
      exitCode: 78,
    });
  });

  it('are frozen at every level', () => {
    home.write({ [overlay]: 'hosts: [a.test]' });
    const { settings } = home.load();
    expect(() => Object.assign(settings.site, { title: 'x' })).toThrow(TypeError);
    expect(() => (settings.hosts as string[]).push('b.test')).toThrow(TypeError);
  });
});

describe('profiles', () => {
  it('apply in order, what they extend first, each once', () => {
    home.write({
      'tenants/_profiles/small.yaml': 'trustedProxies: { $append: [10.0.0.1] }',
      'tenants/_profiles/pro.yaml': 'extends: [small]\ntrustedProxies: { $append: [10.0.0.2] }',
      'tenants/_profiles/eu.yaml': 'extends: [small]\ntrustedProxies: { $prepend: [10.0.0.3] }',
      [overlay]: 'extends: [pro, eu]',
    });
    expect(home.load().settings.trustedProxies).toEqual(['10.0.0.3', '10.0.0.0/8', '10.0.0.1', '10.0.0.2']);
    expect(home.load().settings.extends).toEqual(['pro', 'eu']);
  });

  it('that extend each other are refused, with the circle', () => {
    home.write({
      'tenants/_profiles/a.yaml': 'extends: [b]',
      'tenants/_profiles/b.yaml': '\nextends: [a]',
      [overlay]: 'extends: [a]',
    });
    expect(errorOf(() => home.load()).message).toBe(
      'tenants/_profiles/b.yaml:2: extends: profiles extend each other in a circle: a -> b -> a.',
    );
  });

  it('that do not exist are named with the nearest that does', () => {
    home.write({ 'tenants/_profiles/starter.yaml': '{}', [overlay]: 'extends: [startr]' });
    expect(errorOf(() => home.load()).message).toBe(
      `${overlay}:1: extends: unknown profile "startr". Did you mean "starter"?`,
    );
  });

  it('with an error name their own file', () => {
    home.write({ 'tenants/_profiles/pro.yaml': '\nupload: { limit: much }', [overlay]: 'extends: [pro]' });
    expect(errorOf(() => home.load()).message).toMatch(
      /^tenants\/_profiles\/pro.yaml:2: upload.limit: expected a size/,
    );
  });

  it('cannot be reached by a path', () => {
    home.write({ [overlay]: 'extends: ["../acme/settings"]' });
    expect(errorOf(() => home.load()).message).toMatch(/unknown profile "..\/acme\/settings"/);
  });
});

describe('the environment', () => {
  const load = (env: Record<string, string>) => home.load('acme', { env }).settings;

  it('sets keys in the type that they have', () => {
    const settings = load({
      TENANTRY__DATABASE__POOL__MAX: '7',
      TENANTRY__DATABASE__POOL__IDLE_TIMEOUT: '5s',
      TENANTRY__FEATURES__NEW_EDITOR: 'true',
      TENANTRY__HOSTS: '[a.test, B.test]',
      TENANTRY__TRUSTED_PROXIES: '{ $append: [10.1.1.1] }',
      TENANTRY__SITE__TITLE: '2024',
      TENANTRY__MODULES__SHOP: '{ enabled: false }',
    });
    expect(settings.database.pool).toMatchObject({ max: 7, idleTimeout: 5000 });
    expect(settings.features).toEqual({ newEditor: true });
    expect(settings.hosts).toEqual(['a.test', 'b.test']);
    expect(settings.trustedProxies).toEqual(['10.0.0.0/8', '10.1.1.1']);
    expect(settings.site.title).toBe('2024');
    expect(settings.modules).toEqual({ shop: { enabled: false } });
  });

  it.each([
    ['TENANTRY__SITE__TITEL', 'x', 'site.titel: unknown key. Did you mean "site.title"?'],
    ['TENANTRY__HTTP__PORT', '80a', 'http.port: expected an integer from 1 to 65535, found "80a".'],
    ['TENANTRY__GATEWAY__PORT', '80', 'gateway: unknown key.'],
    ['TENANTRY__HOSTS', '[a', 'is not valid YAML.'],
    ['TENANTRY__EXTENDS', '[pro]', 'profiles can be named only in an overlay.'],
    ['TENANTRY____PROTO__', 'x', '"": unknown key.'],
  ])('names the variable when %s is %s', (name, value, message) => {
    expect(errorOf(() => load({ [name]: value })).message).toBe(`environment variable ${name}: ${message}`);
  });
});

describe('$env and $file', () => {
  it('read numbers, lists and texts, trimmed', () => {
    home.write({
      [overlay]:
        'http: { port: { $env: PORT } }\nhosts: [{ $env: HOST }]\nsite: { title: { $file: title.txt } }',
      'tenants/acme/title.txt': '\n Acme Ltd \n',
    });
    const { settings } = home.load('acme', { env: { PORT: '8098', HOST: 'acme.test' } });
    expect([settings.http.port, settings.hosts[0], settings.site.title]).toEqual([
      8098,
      'acme.test',
      'Acme Ltd',
    ]);
  });

  it('have a default where the variable is not set, but no secret hides in it', () => {
    home.write({ [overlay]: 'site: { title: { $env: TITLE, $default: Fallback } }' });
    expect(home.load().settings.site.title).toBe('Fallback');
    home.write({ [overlay]: 'database: { ownerPassword: { $env: PW, $default: hunter2 } }' });
    expect(errorOf(() => home.load()).message).toBe(
      `${overlay}:1: database.ownerPassword: is a secret, which this file must not hold.`,
    );
  });

  it('read a systemd credential and refuse a link that leads out', () => {
    home.write({ 'credentials/db': 's3cret\n', 'elsewhere.txt': 'x' });
    home.write({ [overlay]: 'database: { runtimePassword: { $file: $CREDENTIALS_DIRECTORY/db } }' });
    const env = { CREDENTIALS_DIRECTORY: join(home.dir, 'credentials') };
    const { settings } = home.load('acme', { env });
    expect(settings.database.runtimePassword?.reveal()).toBe('s3cret');
    symlinkSync(join(home.dir, 'elsewhere.txt'), join(home.dir, 'tenants/acme/link'));
    home.write({ [overlay]: 'site: { title: { $file: link } }' });
    expect(errorOf(() => home.load()).message).toBe(
      `${overlay}:1: site.title: $file: link: is outside the folders that may be read.`,
    );
  });

  it('refuse what is too large or no file', () => {
    home.write({ [overlay]: 'site: { title: { $file: big } }', 'tenants/acme/big': 'x'.repeat(20_000) });
    expect(errorOf(() => home.load()).message).toBe(
      `${overlay}:1: site.title: $file: big: is larger than 16 KB.`,
    );
    mkdirSync(join(home.dir, 'tenants/acme/folder'));
    home.write({ [overlay]: 'site: { title: { $file: folder } }' });
    expect(errorOf(() => home.load()).message).toBe(
      `${overlay}:1: site.title: $file: folder: cannot be read: it is not a file.`,
    );
  });
});

describe('secrets', () => {
  it('may be missing, as they are before a tenant is created', () => {
    expect(home.load().settings.database.ownerPassword).toBeUndefined();
  });

  it('never print', () => {
    home.write({ [secrets]: 'database: { ownerPassword: hunter2, runtimePassword: hunter2 }' });
    const loaded = home.load();
    expect(loaded.settings.database.ownerPassword).toBeInstanceOf(Secret);
    const printed = [
      JSON.stringify(loaded.settings),
      inspect(loaded, { depth: 9 }),
      loaded.settings.database.ownerPassword?.toString(),
    ];
    expect(printed.join()).not.toContain('hunter2');
  });

  it.each([
    [
      'database: { ownerPassword: [hunter2] }',
      ':1: database.ownerPassword: expected a text of 1 to 4096 characters, found [secret].',
    ],
    ['site: { title: hunter2 }', ':1: site.title: is not a secret.'],
    ['database: { ownerPassword: "hunter2 }', ':1: is not valid YAML.'],
    [
      'database: { ownerPassword: { $unset: hunter2 } }',
      ':1: database.ownerPassword: $unset: expected true, found [secret].',
    ],
    ['hunter2', ':1: expected a mapping such as "site: { title: Acme }".'],
  ])('stay out of the error about %s', (content, message) => {
    home.write({ [secrets]: content });
    const error = errorOf(() => home.load());
    expect(error.message).toBe(`${secrets}${message}`);
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
  });
});

describe('a section of a feature module', () => {
  it('brings its defaults and units, and is typed', () => {
    const section = defineSection(
      'shop',
      z
        .strictObject({ hold: duration('1s', '1d').prefault('15m'), open: z.boolean().default(true) })
        .prefault({}),
    );
    const loaded = home.load('acme', { sections: [section] });
    expect(loaded.section(section)).toEqual({ hold: 900_000, open: true });
  });
});
