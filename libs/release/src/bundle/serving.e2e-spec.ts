import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestingHome, type TestingTenant } from '#libs/runtime';

import { type Answer, ask, SampleProcess } from '../../../../tests/support/sample-app/sample-process.js';
import { testServer } from '../../../../tests/support/test-postgres.js';
import { loadApplication } from '../load-application.js';
import { bundleFile } from '../tenant-command.js';
import { bundleApplication } from './bundle-application.js';

const checkout = process.cwd();
const app = 'web';
const json = 'application/json; charset=utf-8';
const html = 'text/html; charset=utf-8';

describe('the bundled application', () => {
  let folder: string;
  let home: TestingHome;
  let tenant: TestingTenant;
  let running: SampleProcess;

  beforeAll(async () => {
    // Below the checkout, where a process looks for its base settings.
    folder = mkdtempSync(join(checkout, 'dist', 'bundle-test-'));
    await bundleApplication({ checkout, app, outFile: join(folder, `${app}.app.cjs`) });
    await copyFile('dist/libs/release/src/bundle/launcher.cjs', bundleFile(folder, app));
    const application = await loadApplication({ id: 'checkout', dir: checkout, kind: 'checkout' }, app);
    home = new TestingHome(testServer(), application);
    const admin = { email: 'editor@example.test', password: 'correct horse battery' };
    tenant = await home.addTenant('acme', { admin, overlay: { site: { title: 'Acme' } } });
    const env = { TENANT: 'acme', TENANTRY_HOME: home.dir };
    running = new SampleProcess({ env, entry: bundleFile(folder, app) });
    await running.listening();
  }, 120_000);

  afterAll(async () => {
    await running.kill();
    await home.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const get = (path: string, accept = '*/*'): Promise<Answer> =>
    ask({ socketPath: tenant.socket, path, headers: { host: 'acme.localhost', accept } });

  it.each([
    ['/', 200, html],
    ['/news', 200, html],
    ['/nothing', 404, html],
    ['/api', 404, json],
    ['/api?x=1', 404, json],
    ['/api/', 404, json],
    ['/api/nothing', 404, json],
    ['/api/pages', 200, json],
    ['/api/session', 401, json],
    ['/api/openapi.json', 200, json],
    ['/api/docs', 200, html],
    ['/admin', 303, undefined],
    ['/media/nothing.png', 404, html],
    ['/sitemap.xml', 200, 'application/xml; charset=utf-8'],
    ['/favicon.svg', 200, 'image/svg+xml'],
  ])('answers %s as it does unbundled', async (path, status, type) => {
    const answer = await get(path);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
  });

  it('answers a program in JSON what is not there, whatever the page would have been', async () => {
    for (const path of ['/nothing', '/news/nothing', '/news?page=9']) {
      const answer = await get(path, 'application/json');
      expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 404, json]);
    }
    expect(running.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
