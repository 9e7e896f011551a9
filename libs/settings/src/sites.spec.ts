import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineSection } from './application.js';
import { duration } from './schema/fields.js';
import { findConflicts } from './fleet-conflicts.js';
import { listSites, siteSection } from './sites.js';
import { errorOf, TestHome } from './test-home.js';

let home: TestHome | undefined;
afterEach(() => {
  home?.remove();
  home = undefined;
});

function load(...lines: readonly string[]) {
  home = new TestHome({ 'tenants/acme/settings.yaml': lines.join('\n') });
  return home.load('acme');
}

const news = defineSection(
  'news',
  z
    .strictObject({
      title: z.string().min(1).default('News'),
      perPage: z.int().min(1).default(9),
      onHome: z.int().default(3),
      refresh: duration('1s', '1d').prefault('1m'),
      tags: z.array(z.string()).default([]),
    })
    .refine(({ onHome, perPage }) => onHome <= perPage, {
      path: ['onHome'],
      error: 'expected at most as many as news.perPage',
    })
    .prefault({}),
  { perSite: true },
);
const accounts = defineSection('accounts', z.strictObject({ lifetime: z.int().default(1) }).prefault({}));

function loadSections(...lines: readonly string[]) {
  home = new TestHome({ 'tenants/acme/settings.yaml': lines.join('\n') });
  return home.load('acme', { sections: [news, accounts] });
}

describe('the sections of the application at a site', () => {
  it('are the tenant’s, but for what the site sets', () => {
    const loaded = loadSections(
      'news: { title: Notes, perPage: 5, refresh: 2m, tags: [a] }',
      'sites:',
      '  kids: { hosts: [kids.test], news: { title: Stories, tags: [b, c] } }',
      '  shop: { hosts: [shop.test] }',
    );
    const at = (site: string) => siteSection(loaded.settings, site, news);
    const tenants = { title: 'Notes', perPage: 5, onHome: 3, refresh: 120_000, tags: ['a'] };
    expect([at('main'), at('shop')]).toEqual([tenants, tenants]);
    expect(at('kids')).toEqual({ ...tenants, title: 'Stories', tags: ['b', 'c'] });
    expect(siteSection(loaded.settings, 'kids', accounts)).toEqual({ lifetime: 1 });
    expect(loaded.source('sites.kids.news.title')).toEqual({ file: 'tenants/acme/settings.yaml', line: 3 });
  });

  it.each([
    ['{ titel: X }', 'sites.kids.news.titel: unknown key. Did you mean "sites.kids.news.title"?'],
    ['{ perPage: 0 }', 'sites.kids.news.perPage: expected an integer of at least 1, found 0.'],
    ['{ perPage: 2 }', 'sites.kids.news.onHome: expected at most as many as news.perPage.'],
    ['[]', 'sites.kids.news: expected a mapping, found a list.'],
  ])('are checked by the section’s own schema: %s', (own, message) => {
    const error = errorOf(() =>
      loadSections('sites:', '  kids:', '    hosts: [kids.test]', `    news: ${own}`),
    );
    expect(error.message).toMatch(/^tenants\/acme\/settings\.yaml:[234]: /);
    expect(error.message).toContain(message);
  });

  it('are the tenant’s alone where they are not said to be a site’s', () => {
    const error = errorOf(() =>
      loadSections('sites: { kids: { hosts: [kids.test], accounts: { lifetime: 2 } } }'),
    );
    expect(error.message).toContain('sites.kids.accounts: unknown key');
  });
});

describe('the sites of a tenant', () => {
  it('are its own one without any', () => {
    const sites = listSites(load('hosts: [a.test]').settings);
    expect(sites.map(({ name, hosts, process }) => ({ name, hosts, process }))).toEqual([
      { name: 'main', hosts: ['a.test'], process: 'shared' },
    ]);
  });

  it('say what differs and have the rest from the tenant, but for its address', () => {
    const { settings } = load(
      'site: { title: Acme, tagline: Bolts, url: https://a.test }',
      'modules: { media: { enabled: false } }',
      'sites:',
      '  kids:',
      '    hosts: [Kids.a.test]',
      '    site: { title: Kids }',
      "    theme: { colors: { primary: '#ff0000' } }",
      '    modules: { media: { enabled: true } }',
      '    process: own',
    );
    const [, kids] = listSites(settings);
    expect(kids).toMatchObject({ name: 'kids', hosts: ['kids.a.test'], process: 'own' });
    expect(kids?.site).toEqual({ title: 'Kids', tagline: 'Bolts', locale: 'en', rootRoute: '/' });
    expect(kids?.theme.colors).toMatchObject({ primary: '#ff0000', accent: '#000002' });
    expect(kids?.modules).toEqual({ media: { enabled: true } });
    expect(kids?.templates.folder).toMatch(/tenants\/acme\/sites\/kids\/templates$/);
    expect(kids?.http.socket).toMatch(/acme\.kids\.sock$/);
  });

  it.each([
    [['sites: { kids: {} }'], ':1: sites.kids.hosts: expected a list of at least one host, found nothing.'],
    [
      ['sites: { kids: { hosts: [] } }'],
      ':1: sites.kids.hosts: expected a list of at least one host, found a list.',
    ],
    [
      ['hosts: [a.test]', 'sites:', '  kids: { hosts: [a.test] }'],
      ':3: sites.kids.hosts.0: "a.test" is a host of the tenant itself, too.',
    ],
    [
      ['sites:', '  one: { hosts: [a.test] }', '  two: { hosts: [b.test, a.test] }'],
      ':3: sites.two.hosts.1: "a.test" is a host of site one, too.',
    ],
    [
      ['sites: { main: { hosts: [a.test] } }'],
      `:1: sites.main: "main" is the name of the tenant's own site.`,
    ],
    [
      ['sites: { Kids: { hosts: [a.test] } }'],
      ':1: sites.Kids: expected a name of 1 to 40 of a-z, 0-9 and "-", beginning with a letter.',
    ],
    [
      ['sites: { kids: { hosts: [a.test], site: { titel: K } } }'],
      ':1: sites.kids.site.titel: unknown key. Did you mean "sites.kids.site.title"?',
    ],
    [
      ['sites: { kids: { hosts: [a.test], http: { port: 8080 } } }'],
      ':1: sites.kids.http: is set, but the site has no process of its own.',
    ],
    [
      ['sites: { kids: { hosts: [a.test], process: mine } }'],
      ':1: sites.kids.process: expected one of "shared", "own", found "mine".',
    ],
  ])('%j is refused with file and line', (lines, message) => {
    expect(errorOf(() => load(...lines)).message).toBe(`tenants/acme/settings.yaml${message}`);
  });

  it('do not read templates of another tenant', () => {
    const error = errorOf(() =>
      load('sites: { kids: { hosts: [a.test], templates: { folder: ../zed/templates } } }'),
    );
    expect(error.message).toContain("sites.kids.templates.folder: leads out of the tenant's folder");
  });

  it('share no host with another tenant', () => {
    home = new TestHome({
      'tenants/acme/settings.yaml': 'sites:\n  kids: { hosts: [a.test] }\n',
      'tenants/zed/settings.yaml': 'hosts: [a.test]\n',
    });
    const [conflict, ...others] = findConflicts(home.fleet().loaded.values());
    expect(others).toEqual([]);
    expect(conflict).toMatchObject({ kind: 'host', value: 'a.test', tenants: ['acme', 'zed'] });
    expect(conflict?.places.map(({ file, line }) => [file, line])).toEqual([
      ['tenants/acme/settings.yaml', 2],
      ['tenants/zed/settings.yaml', 1],
    ]);
  });
});
