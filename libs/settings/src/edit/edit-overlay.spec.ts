import { describe, expect, it } from '@jest/globals';
import { defineApplication } from '../application.js';
import { errorOf } from '../test-home.js';
import { isInOverlay, overlayScalar, setInOverlay, unsetInOverlay } from './edit-overlay.js';

const application = defineApplication({ name: 'web', sections: [], migrations: [] });
const set = (overlay: string, key: string, value: string): string =>
  setInOverlay(overlay, { application, key, value });

const overlay = `# Acme, since 1962
site:
  # As on the sign
  title: 'Acme' # keep it short
  tagline: Gears

hosts: [acme.test, www.acme.test] # both
theme:
  colors: { primary: '#000001', accent: '#000002' }
`;

describe('setting a key', () => {
  it('changes its line and no other', () => {
    expect(set(overlay, 'site.title', 'ACME Ltd')).toBe(overlay.replace("'Acme'", "'ACME Ltd'"));
  });

  it('adds what is missing behind the rest', () => {
    expect(set(overlay, 'database.pool.max', '7')).toBe(`${overlay}database:\n  pool:\n    max: 7\n`);
    expect(set('# Nothing yet\n{}\n', 'ring', 'canary')).toBe('# Nothing yet\nring: canary\n');
    expect(set('', 'ring', 'canary')).toBe('ring: canary\n');
  });

  it.each([
    ['site.title', '2024', 'site:\n  title: "2024"\n'],
    ['site.title', 'on: the road # 5', 'site:\n  title: "on: the road # 5"\n'],
    ['site.title', 'null', 'site:\n  title: "null"\n'],
    ['site.title', '{ $env: TITLE }', 'site:\n  title: { $env: TITLE }\n'],
    ['features.editor', 'true', 'features:\n  editor: true\n'],
    ['http.port', '8081', 'http:\n  port: 8081\n'],
    ['http.port', '80a', 'http:\n  port: 80a\n'],
    ['upload.limit', '5MB', 'upload:\n  limit: 5MB\n'],
    ['upload.limit', '5000', 'upload:\n  limit: 5000\n'],
    ['process.idleStop', '0', 'process:\n  idleStop: 0\n'],
    ['hosts', '[a.test, b.test]', 'hosts: [ a.test, b.test ]\n'],
    ['hosts', '{ $append: [a.test] }', 'hosts: { $append: [ a.test ] }\n'],
    ['http', '{ port: 81 }', 'http: { port: 81 }\n'],
  ])('%s to %j', (key, value, text) => {
    expect(set('{}', key, value)).toBe(text);
  });

  it('replaces a mapping, an item of a list, and keeps CRLF', () => {
    expect(set('site: { title: x }\n', 'site', '{ title: y }')).toBe('site: { title: y }\n');
    expect(set('hosts:\n  - a.test # old\n', 'hosts.0', 'b.test')).toBe('hosts:\n  - b.test # old\n');
    expect(set('# x\r\nring: main\r\n', 'ring', 'canary')).toBe('# x\r\nring: canary\r\n');
  });

  it.each([
    ['site.titel', 'x', 'settings key site.titel: there is no such key.', 'Did you mean "site.title"?'],
    [
      'database.ownerPassword',
      'hunter2',
      'settings key database.ownerPassword: is a secret, which an overlay must not hold.',
      'Run `tenantry secrets set TENANT database.ownerPassword`, which reads the value from standard input.',
    ],
  ])('refuses %s', (key, value, message, hint) => {
    expect(errorOf(() => set(overlay, key, value))).toMatchObject({ message, hint });
  });

  it('refuses broken YAML in a value and in the overlay', () => {
    expect(errorOf(() => set(overlay, 'hosts', '[a')).message).toBe('value: is not valid YAML.');
    expect(errorOf(() => set('site: {', 'ring', 'x')).message).toBe('the overlay is not valid YAML.');
    expect(errorOf(() => set('- a', 'ring', 'x')).message).toBe('the overlay is no mapping.');
    const aliased = 'theme: &t { colors: {} }\nsite: *t\n';
    expect(errorOf(() => set(aliased, 'site.title', 'x')).message).toContain('is an alias');
  });
});

describe('unsetting a key', () => {
  it('takes it out with the mappings that it leaves empty', () => {
    expect(unsetInOverlay(overlay, 'site.tagline')).toBe(overlay.replace('  tagline: Gears\n', ''));
    expect(unsetInOverlay('ring: main\ndatabase:\n  pool:\n    max: 7\n', 'database.pool.max')).toBe(
      'ring: main\n',
    );
    expect(unsetInOverlay('ring: main\n', 'ring')).toBe('{}\n');
  });

  it('says where nothing is set', () => {
    expect(errorOf(() => unsetInOverlay(overlay, 'ring')).message).toBe(
      'settings key ring: the overlay does not set it.',
    );
  });
});

describe('what an overlay says', () => {
  it('is given out where it is one plain value', () => {
    expect(overlayScalar(overlay, 'site.title')).toBe('Acme');
    expect(overlayScalar(overlay, 'hosts')).toBeUndefined();
    expect([isInOverlay(overlay, 'hosts'), isInOverlay(overlay, 'ring')]).toEqual([true, false]);
  });
});
