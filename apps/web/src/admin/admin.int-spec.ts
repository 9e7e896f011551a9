import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser, startTestSite, type Answer, type TestSite } from '../../../../tests/support/test-site.js';

let site: TestSite;
let editor: Browser;

beforeAll(async () => {
  site = await startTestSite({ site: { title: 'Acme' } });
  editor = new Browser(site);
  await editor.signIn();
});
afterAll(() => site.close());

async function submit(path: string, fields: Record<string, string> = {}): Promise<Answer> {
  return editor.submit(path, { _csrf: await editor.tokenOf('/admin/pages/new'), ...fields });
}

const page = {
  kind: 'page',
  slug: '',
  title: 'Opening hours',
  summary: '',
  body: '**Daily**',
  menuPosition: '1',
};

describe('the admin pages', () => {
  it.each(['/admin', '/admin/pages', '/admin/pages/new'])('are not for strangers: %s', async (path) => {
    const answer = await new Browser(site).send(path);
    expect([answer.status, answer.headers.location]).toEqual([
      303,
      `/admin/sign-in?next=${encodeURIComponent(path)}`,
    ]);
  });

  it('publish a page that visitors then see, without a script', async () => {
    const saved = await submit('/admin/pages', { ...page, action: 'publish' });
    expect(saved.status).toBe(303);
    const address = saved.headers.location ?? '';
    expect(address).toMatch(/^\/admin\/pages\/[\w-]{36}\?done=published$/);
    expect((await editor.send(address)).text).toContain('Published. Visitors see it now.');
    expect((await new Browser(site).send('/opening-hours')).text).toContain('<strong>Daily</strong>');
    expect((await new Browser(site).send('/')).text).toContain('href="/opening-hours"');
  });

  it('say beside the field what does not fit, and keep what was typed', async () => {
    const answer = await submit('/admin/pages', { ...page, title: '', slug: 'admin', body: '<b>kept</b>' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('<a href="#title">Title</a>: a title is needed.');
    expect(answer.text).toContain('this address is taken by the site itself');
    expect(answer.text).toContain('&lt;b&gt;kept&lt;/b&gt;');
    const twice = await submit('/admin/pages', { ...page, slug: 'opening-hours' });
    expect([twice.status, twice.text]).toEqual([
      422,
      expect.stringContaining('another page has the address'),
    ]);
  });

  it('ask before they delete', async () => {
    const saved = await submit('/admin/pages', { ...page, title: 'Old news' });
    const address = (saved.headers.location ?? '').split('?')[0] ?? '';
    const question = await editor.send(`${address}/delete`);
    expect(question.text).toContain('Delete “Old news”?');
    expect((await editor.send(address)).status).toBe(200);
    const deleted = await submit(`${address}/delete`);
    expect([deleted.status, deleted.headers.location]).toEqual([303, '/admin/pages?done=deleted']);
    expect((await editor.send(address)).status).toBe(404);
  });

  it('change nothing without the token of the form', async () => {
    const before = await site.query('SELECT count(*) FROM pages');
    const answer = await editor.submit('/admin/pages', { ...page, title: 'Forged' });
    expect(answer.status).toBe(403);
    expect(await site.query('SELECT count(*) FROM pages')).toEqual(before);
  });

  it('preview a text in the design of the site and as a fragment, and save nothing', async () => {
    const before = await site.query('SELECT count(*) FROM pages');
    const preview = await submit('/admin/pages/preview', { ...page, title: 'Not yet', body: '*soon*' });
    expect(preview.text).toContain('<h1>Not yet</h1>');
    expect(preview.text).toContain('<em>soon</em>');
    const fragment = await submit('/admin/pages/preview/fragment', { body: '<script>x</script>' });
    expect(fragment.text).toBe('<p>&lt;script&gt;x&lt;/script&gt;</p>\n');
    expect(await site.query('SELECT count(*) FROM pages')).toEqual(before);
  });

  it('list by title, kind and status, and do not mind an odd address', async () => {
    expect((await editor.send('/admin/pages?search=opening')).text).toContain('Opening hours');
    expect((await editor.send('/admin/pages?search=nothing')).text).toContain('Nothing fits.');
    expect((await editor.send('/admin/pages?page=zero&kind=odd&done=__proto__')).status).toBe(200);
  });
});
