import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineSection } from './application.js';
import { errorOf, TestHome } from './test-home.js';

let home: TestHome | undefined;
afterEach(() => {
  home?.remove();
  home = undefined;
});

const overlay = 'tenants/acme/settings.yaml';

const sections = [
  defineSection(
    'shop',
    z.strictObject({
      currency: z.enum(['EUR', 'CHF']).default('EUR'),
      rate: z.number().min(0).max(1).default(0),
      tags: z.array(z.string().min(1).max(5)).default([]),
      note: z
        .string()
        .refine((text) => !text.includes('!'), 'must not shout')
        .optional(),
    }),
  ),
];

/** What a line of the overlay says, and what the operator then reads. */
const rows: readonly (readonly [content: string, message: string])[] = [
  // Wrong types and ranges
  ['http: { port: 80a }', `:1: http.port: expected an integer from 1 to 65535, found "80a".`],
  ['http: { port: 0 }', ':1: http.port: expected an integer from 1 to 65535, found 0.'],
  ['http: { port: 65536 }', ':1: http.port: expected an integer from 1 to 65535, found 65536.'],
  ['http: { port: 80.5 }', ':1: http.port: expected an integer from 1 to 65535, found 80.5.'],
  ['http: { port: true }', ':1: http.port: expected an integer from 1 to 65535, found true.'],
  ['http: { port: .nan }', ':1: http.port: expected an integer from 1 to 65535, found NaN.'],
  ['http: { port: }', ':1: http.port: expected an integer from 1 to 65535, found nothing.'],
  ['http:\n  port: [80]', ':2: http.port: expected an integer from 1 to 65535, found a list.'],
  ['http:', ':1: http: expected a mapping, found nothing.'],
  ['http: 80', ':1: http: expected a mapping, found 80.'],
  ['http: { host: "a b" }', ':1: http.host: expected an address such as "127.0.0.1", found "a b".'],
  ['site: { title: "" }', ':1: site.title: expected a line of 1 to 200 characters, found "".'],
  ['site: { title: 2024 }', ':1: site.title: expected a line of 1 to 200 characters, found 2024.'],
  ['site: { title: { a: 1 } }', ':1: site.title: expected a line of 1 to 200 characters, found a mapping.'],
  ['site: { title: "a\\nb" }', ':1: site.title: expected a line of 1 to 200 characters, found "a\\nb".'],
  [
    'site: { locale: english }',
    ':1: site.locale: expected a language tag such as "en" or "de-CH", found "english".',
  ],
  ['site: { rootRoute: home }', ':1: site.rootRoute: expected a path that begins with "/", found "home".'],
  [
    'site: { url: ftp://acme.test }',
    ':1: site.url: expected a URL such as "https://acme.example.com", found "ftp://acme.test".',
  ],
  [
    'theme: { font: comic }',
    ':1: theme.font: expected one of "sans", "serif", "mono", "rounded", found "comic".',
  ],
  [
    'theme: { colors: { text: red } }',
    ':1: theme.colors.text: expected a colour such as "#0a6c74", found "red".',
  ],
  [
    'theme: { logo: ../x.png }',
    ':1: theme.logo: expected the name of a file in media/public, found "../x.png".',
  ],
  ['hosts: acme.test', ':1: hosts: expected a list, found "acme.test".'],
  [
    'hosts:\n  - acme.test\n  - "acme.test:80"',
    ':3: hosts.1: expected a host such as "acme.example.com", or ".acme.example.com" with all subdomains, without a port, found "acme.test:80".',
  ],
  ['hosts: [a.test, A.test]', ':1: hosts.1: "a.test" is listed twice.'],
  ['database: { name: postgres }', `:1: database.name: ${identifier()}, found "postgres".`],
  ['database: { name: template1 }', `:1: database.name: ${identifier()}, found "template1".`],
  ['database: { runtimeRole: pg_monitor }', `:1: database.runtimeRole: ${identifier()}, found "pg_monitor".`],
  ['database: { ownerRole: public }', `:1: database.ownerRole: ${identifier()}, found "public".`],
  ['database: { name: "a b" }', `:1: database.name: ${identifier()}, found "a b".`],
  [
    `database: { name: ${'x'.repeat(64)} }`,
    `:1: database.name: ${identifier()}, found "${'x'.repeat(57)}...".`,
  ],
  [
    `database: { name: ${'x'.repeat(60)} }`,
    `: database.ownerRole: ${identifier()}, found "${'x'.repeat(57)}...".`,
  ],
  [
    'database: { name: shared, ownerRole: shared }',
    ': database.runtimeRole: expected another role than database.ownerRole, found "shared".',
  ],
  ['database: { server: mian }', ':1: database.server: unknown Postgres server "mian". Did you mean "main"?'],
  ['database: { pool: { max: 0 } }', ':1: database.pool.max: expected an integer from 1 to 200, found 0.'],
  [
    'process: { drainTimeout: 10 }',
    ':1: process.drainTimeout: expected a duration from 0 to 10m, such as "30s" or "15m", found 10.',
  ],
  ['process: { cpuWeight: 0 }', ':1: process.cpuWeight: expected an integer from 1 to 10000, found 0.'],
  [
    'process: { user: root }',
    ':1: process.user: expected a name of at most 31 of a-z, 0-9, "_" and "-", and not root, found "root".',
  ],
  [
    'tls: { certificate: acme.pem, key: /etc/ssl/acme.key }',
    ':1: tls.certificate: expected an absolute path, found "acme.pem".',
  ],
  [
    'process: { idleStop: soon }',
    ':1: process.idleStop: expected a duration from 0 to 7d, such as "30s" or "15m", found "soon".',
  ],
  [
    'upload: { limit: 10XB }',
    ':1: upload.limit: expected a size from 1KB to 1TB, such as "500KB" or "10MB", found "10XB".',
  ],
  [
    'media: { quota: 1KB }',
    ':1: media.quota: expected a size from 1MB to 100TB, such as "500KB" or "10MB", found "1KB".',
  ],
  ['features: { beta: yes }', ':1: features.beta: expected true or false, found "yes".'],
  ['modules: { shop: true }', ':1: modules.shop: expected a mapping, found true.'],
  [
    'log: { level: loud }',
    ':1: log.level: expected one of "trace", "debug", "info", "warn", "error", "fatal", "silent", found "loud".',
  ],
  ['ring: Ring 1', ':1: ring: expected a word of a-z, 0-9 and "-", found "Ring 1".'],
  ['release: 1.10', ':1: release: expected a release id such as "1.1.0", found 1.1.'],
  ...['proxy', '10.0.0', '10.0.0.256', '10.0.0.0/33', '::1/129', 'fe80::1%lo', '1:2', '10.0.0.0/8/8'].map(
    (wrong): [string, string] => [
      `trustedProxies: ["::1", "${wrong}"]`,
      `:1: trustedProxies.1: expected an IP address or network such as "10.0.0.0/8", found "${wrong}".`,
    ],
  ),
  ['shop: { currency: USD }', ':1: shop.currency: expected one of "EUR", "CHF", found "USD".'],
  ['shop: { rate: 2 }', ':1: shop.rate: expected a number from 0 to 1, found 2.'],
  ['shop: { tags: [a, abcdef] }', ':1: shop.tags.1: expected a text of 1 to 5 characters, found "abcdef".'],
  ['shop: { note: "hi!" }', ':1: shop.note: must not shout.'],
  // Unknown keys
  ['site: { titel: A }', ':1: site.titel: unknown key. Did you mean "site.title"?'],
  ['\nsiet:\n  title: A', ':2: siet: unknown key. Did you mean "site"?'],
  ['shop: { curency: EUR }', ':1: shop.curency: unknown key. Did you mean "shop.currency"?'],
  ['shop: { zzz: EUR }', ':1: shop.zzz: unknown key.'],
  [
    'theme: { colors: { primry: "#000000" } }',
    ':1: theme.colors.primry: unknown key. Did you mean "theme.colors.primary"?',
  ],
  [
    'modules: { shop: { enable: true } }',
    ':1: modules.shop.enable: unknown key. Did you mean "modules.shop.enabled"?',
  ],
  ['gateway: { port: 80 }', ':1: gateway: is a setting of the host.'],
  ['postgres: {}', ':1: postgres: is a setting of the host.'],
  // Keys that reach a prototype
  ['__proto__: { polluted: true }', ':1: __proto__: this key is not allowed.'],
  ['site:\n  __proto__: { polluted: true }', ':2: site.__proto__: this key is not allowed.'],
  ['features: { constructor: true }', ':1: features.constructor: this key is not allowed.'],
  ['features: { prototype: true }', ':1: features.prototype: this key is not allowed.'],
  // Secrets and profiles in the wrong place
  [
    'database:\n  ownerPassword: hunter2',
    ':2: database.ownerPassword: is a secret, which this file must not hold.',
  ],
  ['extends: pro', ':1: extends: expected a list of profiles such as [pro, eu], found "pro".'],
  ['extends: [pro]', ':1: extends: unknown profile "pro".'],
  ['app: shop', ':1: app: expected "web", found "shop".'],
  // Operators
  [
    'site: { title: { $append: [a] } }',
    ':1: site.title: changes a list, but the layers below have a single value (config/default.yaml:3).',
  ],
  ['hosts: { $append: a.test }', ':1: hosts: $append: expected a list, found "a.test".'],
  ['hosts: { $apend: [a.test] }', ':1: hosts: unknown operator "$apend". Did you mean "$append"?'],
  ['hosts: { $append: [a.test], x: 1 }', ':1: hosts: an operator cannot stand beside other keys.'],
  ['site: { title: A, $unset: true }', ':1: site.$unset: an operator cannot stand beside other keys.'],
  [
    'hosts: { $append: [a.test], $unset: true }',
    ':1: hosts: the operators $append and $unset cannot stand together.',
  ],
  ['site: { title: { $unset: false } }', ':1: site.title: $unset: expected true, found false.'],
  ['site: { title: { $default: A } }', ':1: site.title: the operator $default stands beside $env only.'],
  [
    'site: { title: { $env: NOT_SET } }',
    ':1: site.title: $env: the environment variable NOT_SET is not set.',
  ],
  ['site: { title: { $env: 5 } }', ':1: site.title: $env: expected a text, found 5.'],
  [
    'site: { title: { $file: title.txt } }',
    ':1: site.title: $file: title.txt: cannot be read: no such file.',
  ],
  ['site: { title: { $file: ../_x } }', ':1: site.title: $file: ../_x: cannot be read: no such file.'],
  [
    'site: { title: { $file: /etc/hostname } }',
    ':1: site.title: $file: /etc/hostname: is outside the folders that may be read.',
  ],
  [
    'hosts: [{ $unset: true }]',
    ':1: hosts.0: expected $env or $file, the only operators that a list item can be.',
  ],
  // Keys that do not fit each other, folders that are not the tenant's
  [
    'http: { socket: run/x.sock, port: 80 }',
    ':1: http.port: is set beside http.socket, but a process listens on one of them.',
  ],
  [
    'templates: { folder: ../liberty }',
    `:1: templates.folder: leads out of the tenant's folder (HOME/tenants/liberty).`,
  ],
  [
    'media: { root: tenants/liberty/media }',
    `:1: media.root: lies in another tenant's folder (HOME/tenants/liberty/media).`,
  ],
  [
    'media: { root: tenants/acme }',
    ':1: media.root: expected a folder of its own, found one that holds more than media (HOME/tenants/acme).',
  ],
  [
    'media: { root: / }',
    ':1: media.root: expected a folder of its own, found one that holds more than media (/).',
  ],
];

function identifier(): string {
  return 'expected a name of 1 to 63 of a-z, 0-9, "_" and "-", beginning with a letter, and not one of Postgres\' own';
}

describe('a bad value in an overlay', () => {
  it.each(rows)('%j', (content, message) => {
    home = new TestHome({ [overlay]: `${content}\n` });
    const error = errorOf(() => home?.load('acme', { sections }));
    expect(error.message.replaceAll(home.dir, 'HOME')).toBe(`${overlay}${message}`);
    expect(error).toMatchObject({ exitCode: 78, code: 'INVALID_SETTINGS', tenant: 'acme', file: overlay });
  });

  it('does not reach Object.prototype', () => {
    home = new TestHome({
      [overlay]: '{"__proto__": {"polluted": true}, "site": {"constructor": {"prototype": 1}}}',
    });
    errorOf(() => home?.load());
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('names all problems of a file, the first as message and the number of the others as hint', () => {
    home = new TestHome({ [overlay]: 'http: { port: 80a }\nring: "!"\nlog: { level: x }\n' });
    const error = errorOf(() => home?.load());
    expect(error).toMatchObject({ hint: '2 more problems were found.', line: 1 });
    expect(error).toHaveProperty('problems.length', 3);
  });

  it('says where a key belongs that an overlay must not hold', () => {
    home = new TestHome({ [overlay]: 'gateway: {}' });
    expect(errorOf(() => home?.load()).hint).toBe('Set it in tenantry.yaml; no tenant can.');
    home.write({ [overlay]: 'database: { ownerPassword: x }' });
    expect(errorOf(() => home?.load()).hint).toBe(
      'Move it to secrets.yaml, or read it with { $file: … } or { $env: … }.',
    );
  });

  it('names the key that a release requires and an overlay lacks', () => {
    home = new TestHome({ [overlay]: '{}' });
    const required = [defineSection('shop', z.strictObject({ owner: z.string().min(1) }))];
    expect(errorOf(() => home?.load('acme', { sections: required })).message).toBe(
      `${overlay}: shop.owner: expected a text that is not empty, found nothing.`,
    );
  });
});
