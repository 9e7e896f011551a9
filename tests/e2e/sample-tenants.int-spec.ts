import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { AppModule } from '../../apps/web/src/app.module.js';
import { application } from '../../apps/web/src/application.js';
import { configure } from '../../apps/web/src/configure.js';
import { entities } from '../../apps/web/src/entities.js';
import { Site, type SiteOptions } from '../../apps/web/src/views/site.js';
import { createTestingTenantApp, type TestingTenantApp } from '#libs/runtime';
import { testServer } from '../support/test-postgres.js';

const admin = { email: 'editor@example.com', password: 'correct horse battery' };
const names = ['acme', 'liberty', 'zed'];
const card = {
  url: '/news',
  title: 'A',
  summary: 'B',
  publishedAt: new Date(0),
  hero: { url: '/media/a.svg', alt: '' },
};
const model = {
  page: { ...card, html: '<p>C</p>' },
  news: [card],
  menu: [],
  newsTitle: 'News',
  error: { status: 500 },
};
const app = { application, module: AppModule, entities, configure };

describe('the sample tenants', () => {
  let testing: TestingTenantApp | undefined;

  afterEach(() => testing?.close());

  async function open(name: string): Promise<(url: string) => Promise<{ status: number; body: string }>> {
    const folder = path.resolve('tenants', name);
    const overlay = overlayOf(folder);
    const opened = await createTestingTenantApp({
      ...{ ...app, server: testServer(), admin, overlay },
      seedDir: path.join(folder, 'seed'),
    });
    testing = opened;
    return async (url) => {
      const answer = await opened.app.inject({ url, headers: { host: opened.host } });
      return { status: answer.statusCode, body: answer.body };
    };
  }

  it.each(names)('show every page and picture of %s, and no dead link', async (name) => {
    const get = await open(name);
    for (const picture of await readdir(path.resolve('tenants', name, 'seed', 'media'))) {
      expect([picture, (await get(`/media/${picture}`)).status]).toEqual([picture, 200]);
    }
    const pages = pathsIn((await get('/sitemap.xml')).body, /<loc>http:\/\/[^/]+([^<]*)</g);
    expect(pages.length).toBeGreaterThan(6);
    for (const page of pages) {
      const { status, body } = await get(page);
      expect([page, status]).toEqual([page, 200]);
      for (const link of pathsIn(body, /(?:href|src)="(\/[^"]*)"/g).filter((url) => url !== '/admin')) {
        expect([page, link, (await get(link)).status]).toEqual([page, link, 200]);
      }
    }
  });

  it('each say in their own words that a page is not there', () => {
    const headings = names.map((name) => /<h1>(.*?)<\/h1>/.exec(siteOf(name).render('errors/404', {}))?.[1]);
    expect(headings).toEqual([
      'This part is not in stock',
      'That page is not on the shelf',
      'This groove is empty',
    ]);
  });

  it.each(names)('have no broken template: %s', (name) => {
    const site = siteOf(name);
    for (const template of ['home', 'page', 'post', 'news', 'errors/404', 'errors/error']) {
      const html = site.render(template, model);
      expect([template, html]).toEqual([template, expect.stringContaining('</html>')]);
      for (const link of pathsIn(html, /(?:href)="(\/[a-z-]+)"/g)) {
        expect([template, link, reachable(name, link)]).toEqual([template, link, true]);
      }
    }
  });

  it('have styles and scripts that weigh little', async () => {
    for (const file of ['site.css', 'admin.css', 'admin.js']) {
      expect((await readFile(path.resolve('apps/web/assets', file))).length).toBeLessThan(20_000);
    }
  });
});

/** The overlay as it is, but for its host and profiles, which the test's home has its own of. */
function overlayOf(folder: string): Record<string, unknown> {
  const text = readFileSync(path.join(folder, 'settings.yaml'), 'utf8');
  const { hosts: _hosts, extends: _profiles, ...overlay } = parse(text) as Record<string, unknown>;
  return overlay;
}

/** A site as the process makes it of an overlay and the release's templates. */
function siteOf(name: string): Site {
  const folder = path.resolve('tenants', name);
  const { site, theme } = overlayOf(folder) as Pick<SiteOptions, 'site' | 'theme'>;
  return new Site({
    name: 'main',
    section: () => {
      throw new TypeError('templates ask for no section');
    },
    modules: new Set(application.modules?.map((module) => module.name)),
    site: { ...site, locale: 'en' },
    ...{ theme, features: { quoteBanner: true, openingHours: true, ticker: true } },
    templateRoots: [path.join(folder, 'templates'), path.resolve('apps/web/templates')],
    filters: { asset: (file) => `/_assets/${String(file)}` },
  });
}

/** Templates link to pages of the sample content, and to what each site has. */
function reachable(name: string, link: string): boolean {
  const fixed = ['/admin', '/news'];
  return (
    fixed.includes(link) || existsSync(path.resolve('tenants', name, 'seed/pages', `${link.slice(1)}.md`))
  );
}

function pathsIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}
