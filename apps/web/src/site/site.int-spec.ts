import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser, startTestSite, type TestSite } from '../../../../tests/support/test-site.js';

let site: TestSite;
let visitor: Browser;

const insert = (fields: Record<string, string | number>) =>
  site.query(
    `INSERT INTO pages (${Object.keys(fields).join(', ')}) VALUES (${Object.values(fields)
      .map((value) => (typeof value === 'number' ? value : `'${value}'`))
      .join(', ')})`,
  );

beforeAll(async () => {
  site = await startTestSite({
    site: { title: 'Acme <Works>', rootRoute: '/start' },
    pages: { newsTitle: 'Notes', newsPerPage: 2 },
  });
  visitor = new Browser(site);
  const published = { status: 'published', published_at: '2026-05-01' };
  await insert({ ...published, slug: 'start', title: 'Begin here', body: 'First', menu_position: 1 });
  await insert({ ...published, slug: 'about', title: 'About', summary: 'A <b> c', menu_position: 2 });
  for (const day of [1, 2, 3]) {
    const dated = { ...published, published_at: `2026-06-0${day}` };
    await insert({ ...dated, kind: 'post', slug: `note-${day}`, title: `Note ${day}` });
  }
});
afterAll(() => site.close());

describe('a new site', () => {
  it('has one page that says what to do next', async () => {
    expect((await visitor.send('/home')).text).toContain('Your first page is this one.');
  });
});

describe('the site', () => {
  it('answers / with the page that the settings name, and leaves it out of the menu', async () => {
    const { status, text } = await visitor.send('/');
    expect(status).toBe(200);
    expect(text).toContain('<h1>Begin here</h1>');
    expect(text).toContain('<title>Acme &lt;Works&gt;</title>');
    const menu = /<nav class="menu".*?<\/nav>/s.exec(text)?.[0] ?? '';
    expect([...menu.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual(['/about', '/news']);
  });

  it('shows a page with its texts escaped', async () => {
    const { text } = await visitor.send('/about');
    expect(text).toContain('A &lt;b&gt; c');
    expect(text).toContain('<a href="/about" aria-current="page">About</a>');
  });

  it('lists news, newest first, page by page', async () => {
    const titles = (text: string) => [...text.matchAll(/Note \d/g)].map(([title]) => title);
    expect(titles((await visitor.send('/news')).text)).toEqual(['Note 3', 'Note 2']);
    expect(titles((await visitor.send('/news?page=2')).text)).toEqual(['Note 1']);
    expect((await visitor.send('/news?page=3')).status).toBe(404);
    expect((await visitor.send('/news/note-1')).text).toContain('June 1, 2026');
  });

  it('answers posts only below /news and pages only beside it', async () => {
    expect((await visitor.send('/note-1')).status).toBe(404);
    expect((await visitor.send('/news/about')).status).toBe(404);
  });

  it('says what is not there in the design of the site, and in JSON below /api', async () => {
    const page = await visitor.send('/nothing-here');
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.text).toContain('There is nothing at this address');
    expect(page.text).toContain('<a href="/about">About</a>');
    const json = await visitor.send('/api/nothing-here');
    expect([json.status, json.json()]).toEqual([
      404,
      { error: { code: 'NOT_FOUND', message: 'There is nothing at this address.' } },
    ]);
  });

  it.each(['/api', '/api?x=1', '/news?page=3', '/sitemap.xml/', '/no-page'])(
    'answers a program in JSON what is not there, also where a page could be: %s',
    async (path) => {
      const answer = await visitor.send(path, { headers: { accept: 'application/json' } });
      expect([answer.status, answer.headers['content-type']]).toEqual([
        404,
        'application/json; charset=utf-8',
      ]);
      expect(answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    },
  );

  it('lets nothing be loaded from elsewhere', async () => {
    const { headers, text } = await visitor.send('/');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(text).not.toMatch(/<style|<script(?! src)| style="| on\w+="/);
  });

  it('serves its files so that browsers keep them', async () => {
    const { text } = await visitor.send('/');
    const address = /\/_assets\/site\.css\?v=[\w-]+/.exec(text)?.[0] ?? '';
    const file = await visitor.send(address, { headers: { 'accept-encoding': 'gzip' } });
    expect(file.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const again = await visitor.send(address, { headers: { 'if-none-match': String(file.headers.etag) } });
    expect(again.status).toBe(304);
    const other = await visitor.send('/_assets/site.css?v=older');
    expect(other.headers['cache-control']).toBe('public, max-age=300');
  });

  it.each(['/_assets/..%2f..%2fpackage.json', '/_assets/%2e%2e', '/_assets/nothing.css'])(
    'serves no other file: %s',
    async (address) => {
      expect((await visitor.send(address)).status).toBe(404);
    },
  );

  it('tells search engines what is public', async () => {
    const { text } = await visitor.send('/sitemap.xml');
    expect(text).toContain(`<loc>http://${site.host}/news/note-1</loc>`);
    expect((await visitor.send('/robots.txt')).text).toContain('Disallow: /admin');
  });
});
