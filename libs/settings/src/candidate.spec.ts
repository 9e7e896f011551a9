import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineApplication, defineSection } from './application.js';
import { secret } from './schema/fields.js';
import { requireSettingsKey } from './schema/find-key.js';
import { parseTenantName } from './tenant-name.js';
import { errorOf, TestHome } from './test-home.js';

const acme = parseTenantName('acme');
const overlay = 'tenants/acme/settings.yaml';
let home: TestHome;

beforeEach(() => {
  home = new TestHome({ [overlay]: 'site: { title: Written }\n' });
});

afterEach(() => home.remove());

describe('an overlay that is not written yet', () => {
  it('is loaded in place of the file, which stays', () => {
    const loader = home.loader();
    expect(loader.load(acme, 'site: { title: Wanted }').settings.site.title).toBe('Wanted');
    expect(loader.load(acme).settings.site.title).toBe('Written');
  });

  it('is judged as the file would be, with its name and line', () => {
    const error = errorOf(() => home.loader().load(acme, '\nsite: { titel: x }'));
    expect(error.message).toBe(`${overlay}:2: site.titel: unknown key. Did you mean "site.title"?`);
    expect(errorOf(() => home.loader().load(acme, '')).message).toBe(`${overlay}: is empty.`);
    expect(errorOf(() => home.loader().load(acme, `# ${'x'.repeat(70_000)}\n{}`)).message).toBe(
      `${overlay}: is larger than 64 KB.`,
    );
  });

  it('names its application even where the rest is wrong', () => {
    expect(home.loader().applicationOf(acme, 'http: { port: 80a }').name).toBe('web');
  });
});

describe('explain', () => {
  it('closes secrets that stand in a list', () => {
    const section = defineSection(
      'mail',
      z.strictObject({ keys: z.array(z.strictObject({ name: z.string(), key: secret() })).default([]) }),
    );
    home.write({ [overlay]: 'mail: { keys: [{ name: a, key: { $env: KEY } }] }' });
    home.write({ 'tenants/acme/secrets.yaml': '{}\n' });
    const loaded = home.load('acme', { sections: [section], env: { KEY: 'hunter2' } });
    expect(JSON.stringify(loaded.explain('mail.keys'))).toBe(
      `[{"file":"${overlay}","line":1,"kind":"overlay","operator":"set","value":[{"name":"a","key":"[secret]"}]}]`,
    );
  });
});

describe('a key that was typed', () => {
  const application = defineApplication({ name: 'web', sections: [], migrations: [] });

  it('is described', () => {
    expect(requireSettingsKey(application, 'features.newEditor').expected).toBe('true or false');
    expect(requireSettingsKey(application, 'hosts.0').isMapping).toBe(false);
  });

  it.each([
    ['site.titel', 'settings key site.titel: there is no such key.', 'Did you mean "site.title"?'],
    ['tagline', 'settings key tagline: there is no such key.', 'Did you mean "site.tagline"?'],
    [
      'site.zzzzzz',
      'settings key site.zzzzzz: there is no such key.',
      'Known here: title, url, tagline, locale, rootRoute.',
    ],
    ['', 'settings key "": there is no such key.', 'See docs/settings.md for all keys.'],
    ['__proto__', 'settings key __proto__: there is no such key.', 'See docs/settings.md for all keys.'],
  ])('%j suggests the nearest', (text, message, hint) => {
    expect(errorOf(() => requireSettingsKey(application, text))).toMatchObject({ message, hint });
  });
});
