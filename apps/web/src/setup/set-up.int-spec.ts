import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestingTenantApp, type TestingTenantApp } from '#libs/runtime';
import { testServer } from '../../../../tests/support/test-postgres.js';
import { AppModule } from '../app.module.js';
import { application } from '../application.js';
import { configure } from '../configure.js';
import { entities } from '../entities.js';

const admin = { email: 'editor@example.com', password: 'correct horse battery' };

describe('setting a site up', () => {
  let testing: TestingTenantApp | undefined;

  afterEach(() => testing?.close());

  async function open(seedDir?: string): Promise<(url: string) => Promise<{ status: number; body: string }>> {
    const app = { application, module: AppModule, entities, configure };
    const opened = await createTestingTenantApp({ ...app, server: testServer(), admin, seedDir });
    testing = opened;
    return async (url) => {
      const { statusCode, body } = await opened.app.inject({ url, headers: { host: opened.host } });
      return { status: statusCode, body };
    };
  }

  it('leaves one page that says what to do next', async () => {
    const get = await open();
    expect((await get('/')).body).toContain('Your first page is this one.');
  });

  it.each(['acme', 'liberty', 'zed'])(
    'loads the sample content of %s, of which no link is dead',
    async (name) => {
      const seedDir = path.resolve('tenants', name, 'seed');
      const get = await open(seedDir);
      const pictures = await readdir(path.join(seedDir, 'media'));
      for (const picture of pictures) {
        expect([picture, (await get(`/media/${picture}`)).status]).toEqual([picture, 200]);
      }
      const pages = [...(await get('/sitemap.xml')).body.matchAll(/<loc>http:\/\/[^/]+([^<]*)</g)].map(
        ([, url = '']) => url,
      );
      expect(pages.length).toBeGreaterThan(6);
      for (const page of pages) {
        const { status, body } = await get(page);
        expect([page, status]).toEqual([page, 200]);
        const links = [...body.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, url = '']) => url);
        for (const link of links.filter((url) => url !== '/admin')) {
          expect([page, link, (await get(link)).status]).toEqual([page, link, 200]);
        }
      }
    },
  );

  it('weighs little', async () => {
    for (const file of ['site.css', 'admin.css', 'admin.js']) {
      expect((await readFile(path.resolve('apps/web/assets', file))).length).toBeLessThan(20_000);
    }
  });
});
