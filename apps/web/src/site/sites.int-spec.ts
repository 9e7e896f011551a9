import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser, multipart, startTestSite, type TestSite } from '../../../../tests/support/test-site.js';

const kids = 'kids.acme.localhost';
const bare = 'bare.acme.localhost';
let site: TestSite;
let main: Browser;
let other: Browser;

const at = (host: string) => ({ ...site, host });
const insert = (slug: string, title: string, belongsTo: string | null) =>
  site.query(
    `INSERT INTO pages (slug, title, site, status, published_at, menu_position)
     VALUES ('${slug}', '${title}', ${belongsTo === null ? 'NULL' : `'${belongsTo}'`}, 'published', now(), 1)`,
  );

beforeAll(async () => {
  site = await startTestSite(
    {
      site: { title: 'Acme', rootRoute: '/start' },
      pages: { newsTitle: 'Notes' },
      sites: {
        kids: {
          hosts: [kids],
          pages: { newsTitle: 'Stories' },
          site: { title: 'Acme Kids', rootRoute: '/play' },
          theme: { colors: { primary: '#ff0088' } },
          process: 'shared',
          modules: { admin: { enabled: false }, 'api-docs': { enabled: false } },
        },
        odd: { hosts: ['odd.acme.localhost'], site: { title: 'Odd & Co' } },
        bare: {
          hosts: [bare],
          pages: { newsPerPage: 1 },
          theme: { logo: 'logo.svg' },
          modules: { media: { enabled: false } },
        },
      },
    },
    {
      'sites/kids/templates/errors/404.liquid':
        "{% layout '@base/layout' %}{% block content %}<h1>Lost, kids?</h1>{% endblock %}",
      'sites/kids/templates/page.liquid':
        "{% layout '@base/page' %}{% block after %}<i>for kids</i>{% endblock %}",
      'sites/kids/templates/news.liquid': '{{ page.title | no-such-filter }}',
      'sites/odd/templates/layout.liquid': '{% if %}{{',
    },
  );
  [main, other] = [new Browser(site), new Browser(at(kids))];
  await insert('start', 'Start', 'main');
  await insert('play', 'Play', 'kids');
  await insert('both', 'Everybody', null);
  await insert('about', 'About us', null);
  await insert('about', 'About kids', 'kids');
});
afterAll(() => site.close());

describe('two sites of one process', () => {
  it('each have a title, a look, a page at the root and a menu of their own', async () => {
    const [one, two] = [(await main.send('/')).text, (await other.send('/')).text];
    expect(one).toContain('<h1>Start</h1>');
    expect(two).toContain('<h1>Play</h1>');
    expect(two).toContain('<title>Acme Kids</title>');
    expect(one).not.toContain('/play');
    expect([one, two].map((text) => text.includes('/both'))).toEqual([true, true]);
    expect((await other.send('/_theme.css')).text).toContain('--primary: #ff0088');
    expect((await main.send('/_theme.css')).text).not.toContain('#ff0088');
  });

  it('show their own pages and those of every site, their own first', async () => {
    const titles = async (browser: Browser, path: string) =>
      /<h1>(.*?)<\/h1>/.exec((await browser.send(path)).text)?.[1];
    expect([await titles(main, '/about'), await titles(other, '/about')]).toEqual(['About us', 'About kids']);
    expect([(await main.send('/play')).status, (await other.send('/start')).status]).toEqual([404, 404]);
    expect((await other.send('/sitemap.xml')).text.match(/\/about</g)).toHaveLength(1);
  });

  it('answer what is not there in two designs, and extend the templates below', async () => {
    const [one, two] = [await main.send('/nothing'), await other.send('/nothing')];
    expect([one.status, two.status]).toEqual([404, 404]);
    expect(one.text).toContain('There is nothing at this address');
    expect(two.text).toContain('<h1>Lost, kids?</h1>');
    expect((await other.send('/both')).text).toMatch(/<h1>Everybody<\/h1>.*<i>for kids<\/i>/s);
    expect((await main.send('/both')).text).not.toContain('for kids');
  });

  it('each have the modules of their own', async () => {
    const paths = ['/admin', '/admin/pages', '/admin/media', '/api/docs', '/api/openapi.json'];
    for (const path of paths) expect([path, (await other.send(path)).status]).toEqual([path, 404]);
    expect((await main.send('/api/docs')).status).toBe(200);
    const forged = await other.send('/admin/pages', {
      method: 'POST',
      headers: { cookie: `session=${'x'.repeat(43)}` },
    });
    expect(forged.status).toBe(404);
  });

  it('each have their own values of a section of the application, and the common ones where they have none', async () => {
    await site.query(
      `INSERT INTO pages (kind, slug, title, status, published_at)
       SELECT 'post', 'note-' || n, 'Note ' || n, 'published', now() FROM generate_series(1, 2) AS n`,
    );
    const third = new Browser(at(bare));
    const title = async (browser: Browser) =>
      /"kicker"><a href="\/news">([^<]+)</.exec((await browser.send('/news/note-1')).text)?.[1];
    expect([await title(main), await title(other), await title(third)]).toEqual([
      'Notes',
      'Stories',
      'Notes',
    ]);
    const lists = [(await main.send('/news')).text, (await third.send('/news')).text];
    expect(lists.map((text) => text.match(/<article class="card">/g)?.length)).toEqual([2, 1]);
    await site.query(`DELETE FROM pages WHERE kind = 'post'`);
  });

  it('show and link no file where the module that serves files is off', async () => {
    await site.query(
      `INSERT INTO pages (slug, title, status, published_at, hero_path, hero_alt, body)
       VALUES ('gears', 'Gears', 'published', now(), 'gear.svg', 'A gear', 'See ![](/media/gear.svg) and [the list](/media/list.pdf).')`,
    );
    const [one, two] = [await main.send('/gears'), await new Browser(at(bare)).send('/gears')];
    expect(one.text.match(/"\/media\/[^"]+"/g)).toEqual([
      '"/media/gear.svg"',
      '"/media/gear.svg"',
      '"/media/list.pdf"',
    ]);
    expect([two.status, two.text.includes('/media/')]).toEqual([200, false]);
    expect(two.text).toContain('and the list.');
    expect((await new Browser(at(bare)).send('/media/gear.svg')).status).toBe(404);
  });

  it('do not notice a broken template of each other', async () => {
    const [one, two] = [await main.send('/news'), await other.send('/news')];
    expect([one.status, two.status]).toEqual([200, 500]);
    expect(two.text).toContain('<title>500 · Acme Kids</title>');
  });

  it('have a plain error page in their colours where even their own layout is broken', async () => {
    const { status, text } = await new Browser(at('odd.acme.localhost')).send('/both');
    expect(status).toBe(500);
    expect(text).toContain('<title>500 · Odd &#38; Co</title>');
    expect(text).toContain('/_colors.css');
    expect((await main.send('/both')).status).toBe(200);
  });

  it('let the admin choose where a page and a file are to be seen', async () => {
    await main.signIn();
    const form = await main.send('/admin/pages/new');
    expect(form.text).toContain('<option value="kids">Acme Kids</option>');
    const token = await main.tokenOf('/admin/pages/new');
    const saved = await main.submit('/admin/pages', {
      _csrf: token,
      title: 'Slides',
      site: 'kids',
      action: 'publish',
    });
    expect(saved.status).toBe(303);
    expect([(await main.send('/slides')).status, (await other.send('/slides')).status]).toEqual([404, 200]);
    const wrong = await main.submit('/admin/pages', {
      _csrf: token,
      title: 'Slides',
      site: 'kidz',
      action: 'save',
    });
    expect([wrong.status, wrong.text]).toEqual([
      422,
      expect.stringContaining('expected &#34;main&#34;, &#34;kids&#34;'),
    ]);
    expect((await main.send('/admin/pages')).text).toContain(`http://${kids}`);
    const upload = multipart({ name: 'slide.txt', content: 'wheee' }, { _csrf: token, site: 'kids' });
    expect((await main.send('/admin/media', { method: 'POST', ...upload })).status).toBe(303);
    const files = [await main.send('/media/slide.txt'), await other.send('/media/slide.txt')];
    expect(files.map(({ status }) => status)).toEqual([404, 200]);
  });

  it('say in the API which site a page belongs to, and take it', async () => {
    const { csrfToken } = (await main.send('/api/session')).json() as { csrfToken: string };
    const send = (body: object) =>
      main.send('/api/pages', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken },
        body: JSON.stringify(body),
      });
    expect((await send({ title: 'Via API', site: 'kids' })).json()).toMatchObject({
      site: 'kids',
      slug: 'via-api',
    });
    expect((await send({ title: 'Via API', site: 'moon' })).status).toBe(400);
    const { pages } = (await main.send('/api/pages?site=main')).json() as {
      pages: { site: string | null }[];
    };
    expect(new Set(pages.map((page) => page.site))).toEqual(new Set(['main', null]));
  });
});
