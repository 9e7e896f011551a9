import { afterEach, describe, expect, it } from '@jest/globals';
import { Browser, startTestSite, type TestSite } from '../support/test-site.js';

const off = { media: { enabled: false }, 'api-docs': { enabled: false } };
const opened: TestSite[] = [];

async function open(overlay: Record<string, unknown>): Promise<Browser> {
  const site = await startTestSite(overlay);
  opened.push(site);
  return new Browser(site);
}

async function statuses(browser: Browser, paths: readonly string[]): Promise<number[]> {
  const found: number[] = [];
  for (const path of paths) found.push((await browser.send(path)).status);
  return found;
}

describe('a feature module that is switched off', () => {
  afterEach(async () => {
    for (const site of opened.splice(0)) await site.close();
  });

  it('is not there for one tenant, and is there for another, of the same release', async () => {
    const [without, withAll] = [await open({ modules: off }), await open({})];
    await without.signIn();
    await withAll.signIn();
    const paths = ['/admin/media', '/api/media', '/api/docs', '/api/openapi.json', '/admin', '/api/pages'];
    expect(await statuses(without, paths)).toEqual([404, 404, 404, 404, 200, 200]);
    expect(await statuses(withAll, paths)).toEqual([200, 200, 200, 200, 200, 200]);
  });

  it('leaves no link to itself, and its tables where they are', async () => {
    const browser = await open({ modules: off });
    await browser.signIn();
    expect((await browser.send('/admin')).text).not.toMatch(/\/admin\/media|\/api\/docs/);
    expect((await browser.send('/admin/pages/new')).text).not.toContain('media library');
    const [row] = (await opened[0]?.query('SELECT count(*)::int AS files FROM media')) ?? [];
    expect(row).toEqual({ files: 0 });
  });

  it('can be the admin pages: then signing in is for the API', async () => {
    const browser = await open({ modules: { admin: { enabled: false } } });
    expect((await browser.send('/')).text).not.toContain('· <a href="/admin">');
    await browser.signIn();
    expect(await statuses(browser, ['/admin', '/admin/pages', '/admin/media', '/api/media'])).toEqual([
      404, 404, 404, 200,
    ]);
  });

  it.each([
    [
      { accounts: { enabled: false } },
      'modules.accounts.enabled: expected true, as every other module asks it',
    ],
    [{ meda: { enabled: false } }, 'modules.meda: unknown key. Did you mean "modules.media"?'],
  ])('is none that others need, nor one that nobody knows: %j', async (modules, message) => {
    await expect(open({ modules })).rejects.toThrow(message);
  });
});
