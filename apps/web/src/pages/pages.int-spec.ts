import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser, startTestSite, type Answer, type TestSite } from '../../../../tests/support/test-site.js';

let site: TestSite;
let stranger: Browser;
let editor: Browser;
let csrf: string;

beforeAll(async () => {
  site = await startTestSite({ site: { title: 'Acme' }, pages: { newsPerPage: 2 } });
  stranger = new Browser(site);
  editor = new Browser(site);
  await editor.signIn();
  csrf = ((await editor.send('/api/session')).json() as { csrfToken: string }).csrfToken;
});
afterAll(() => site.close());

function send(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = {
    'x-csrf-token': csrf,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return editor.send(path, {
    ...{ method, headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

async function create(fields: Record<string, unknown>): Promise<{ id: string; slug: string }> {
  return (await send('POST', '/api/pages', fields)).json() as { id: string; slug: string };
}

describe('the API of pages', () => {
  it('creates a draft, publishes it, makes it a draft again and deletes it', async () => {
    const created = await send('POST', '/api/pages', { title: 'About us', body: '**Hello**' });
    expect(created.status).toBe(201);
    expect(created.json()).toMatchObject({
      slug: 'about-us',
      url: '/about-us',
      status: 'draft',
      publishedAt: null,
    });
    const { id } = created.json() as { id: string };
    expect((await stranger.send('/about-us')).status).toBe(404);
    expect((await send('POST', `/api/pages/${id}/publish`)).json()).toMatchObject({ status: 'published' });
    expect((await stranger.send('/about-us')).text).toContain('<strong>Hello</strong>');
    await send('POST', `/api/pages/${id}/unpublish`);
    expect((await stranger.send('/about-us')).status).toBe(404);
    expect((await send('DELETE', `/api/pages/${id}`)).status).toBe(204);
    expect((await send('GET', `/api/pages/${id}`)).json()).toEqual({
      error: { code: 'PAGE_NOT_FOUND', message: 'There is no such page.' },
    });
  });

  it('changes only what is given, and keeps the first date of publication', async () => {
    const { id } = await create({ title: 'Team', summary: 'Who we are' });
    const first = (await send('POST', `/api/pages/${id}/publish`)).json() as { publishedAt: string };
    const changed = await send('PATCH', `/api/pages/${id}`, { title: 'Our team' });
    expect(changed.json()).toMatchObject({ title: 'Our team', summary: 'Who we are', slug: 'team' });
    await send('POST', `/api/pages/${id}/unpublish`);
    const again = await send('POST', `/api/pages/${id}/publish`);
    expect(again.json()).toMatchObject({ publishedAt: first.publishedAt });
  });

  it('shows a change of the menu at once', async () => {
    const { id } = await create({ title: 'Harbour', menuPosition: 1 });
    const menu = async () =>
      /<nav class="menu".*?<\/nav>/s.exec((await stranger.send('/news')).text)?.[0] ?? '';
    expect(await menu()).not.toContain('Harbour');
    await send('POST', `/api/pages/${id}/publish`);
    expect(await menu()).toContain('href="/harbour"');
    await send('DELETE', `/api/pages/${id}`);
    expect(await menu()).not.toContain('Harbour');
  });

  it('numbers addresses that are made from one title twice, and refuses one that is given twice', async () => {
    await create({ title: 'Twice' });
    expect((await create({ title: 'Twice' })).slug).toBe('twice-2');
    const refused = await send('POST', '/api/pages', { title: 'Other', slug: 'twice' });
    expect(refused.status).toBe(409);
    expect(refused.json()).toEqual({
      error: {
        code: 'SLUG_TAKEN',
        message: 'slug: another page has the address "twice".',
        fields: { slug: 'another page has the address "twice"' },
      },
    });
  });

  it.each([
    ['is not JSON', '{"title":', 400, 'NOT_JSON', 'The body is not valid JSON.'],
    ['is empty', '', 400, 'NOT_JSON', 'The body is empty; expected JSON.'],
    ['is a list', '[]', 400, 'INVALID_INPUT', 'expected an object with the fields of a page.'],
    ['lacks a field', '{}', 400, 'INVALID_INPUT', 'title: expected text.'],
    [
      'pollutes prototypes',
      '{"title":"a","__proto__":{"x":1}}',
      400,
      'NOT_JSON',
      'The body is not valid JSON.',
    ],
  ])('refuses a body that %s', async (_case, body, status, code, message) => {
    const answer = await send('POST', '/api/pages', body);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code, message } });
  });

  it('refuses another content type', async () => {
    const headers = { 'content-type': 'text/xml', 'x-csrf-token': csrf };
    const answer = await editor.send('/api/pages', { method: 'POST', headers, body: '<a/>' });
    expect([answer.status, answer.json()]).toMatchObject([415, { error: { code: 'UNSUPPORTED_TYPE' } }]);
  });

  it('refuses a body that is larger than the limit', async () => {
    const answer = await send('POST', '/api/pages', { title: 'a', body: 'x'.repeat(1_100_000) });
    expect([answer.status, answer.json()]).toMatchObject([413, { error: { code: 'TOO_LARGE' } }]);
  });

  it('lets strangers read what is published and nothing else', async () => {
    const { id } = await create({ title: 'Secret plan' });
    const list = (await stranger.send('/api/pages?perPage=100')).json() as { pages: { status: string }[] };
    expect(new Set(list.pages.map((page) => page.status))).toEqual(new Set(['published']));
    expect((await stranger.send(`/api/pages/${id}`)).status).toBe(404);
    expect((await stranger.send('/api/pages?status=draft')).status).toBe(401);
    const headers = { 'content-type': 'application/json' };
    for (const [method, path] of [
      ['POST', '/api/pages'],
      ['PATCH', `/api/pages/${id}`],
      ['DELETE', `/api/pages/${id}`],
    ] as const) {
      const body = method === 'DELETE' ? {} : { headers, body: '{"title":"x"}' };
      const answer = await stranger.send(path, { method, ...body });
      expect([method, answer.status]).toEqual([method, 401]);
    }
  });

  it('lists by kind, title and page', async () => {
    for (const title of ['100% one', '100% two', '1000 three']) await create({ title, kind: 'post' });
    const answer = await send('GET', '/api/pages?kind=post&search=100%25&perPage=1&page=2');
    const list = answer.json() as { pages: unknown[]; total: number; page: number };
    expect([list.pages.length, list.total, list.page]).toEqual([1, 2, 2]);
    const refused = await send('GET', '/api/pages?perPage=0&color=red');
    expect(refused.json()).toMatchObject({
      error: { fields: { perPage: 'expected 1 or more', color: 'there is no such field' } },
    });
  });

  it('describes itself without anything from elsewhere', async () => {
    const document = (await stranger.send('/api/openapi.json')).json() as {
      paths: Record<string, Record<string, { summary: string; requestBody?: object; responses: object }>>;
    };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/api/pages', '/api/pages/{id}', '/api/pages/{id}/publish', '/api/media']),
    );
    const post = document.paths['/api/pages']?.['post'];
    expect(post?.summary).toBe('Create a draft');
    expect(JSON.stringify(post?.requestBody)).toContain('"maxLength":120');
    expect(Object.keys(post?.responses ?? {})).toEqual(['201', '400', '401', '403', '409']);
    const page = await stranger.send('/api/docs');
    expect(page.status).toBe(200);
    expect(page.text).toContain('Create a draft');
    expect(page.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
