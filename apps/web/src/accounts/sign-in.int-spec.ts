import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { admin, Browser, startTestSite, type TestSite } from '../../../../tests/support/test-site.js';

describe('signing in', () => {
  let site: TestSite;
  let browser: Browser;

  beforeAll(async () => {
    site = await startTestSite();
  });
  afterAll(() => site.close());
  beforeEach(() => {
    browser = new Browser(site);
  });

  it('sends a stranger to the form, and back to where they wanted to go', async () => {
    const refused = await browser.send('/admin/media?page=2');
    expect([refused.status, refused.headers.location]).toEqual([
      303,
      '/admin/sign-in?next=%2Fadmin%2Fmedia%3Fpage%3D2',
    ]);
    const form = await browser.send(refused.headers.location ?? '');
    expect(form.status).toBe(200);
    expect(form.text).toContain('name="next" value="/admin/media?page=2"');
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
    const answer = await browser.submit('/admin/sign-in', { ...admin, next: '/admin/media?page=2', _csrf });
    expect([answer.status, answer.headers.location]).toEqual([303, '/admin/media?page=2']);
    expect((await browser.send('/admin/media')).status).toBe(200);
  });

  it('sets a host-only cookie and keeps only a hash of its token', async () => {
    const answer = await browser.signIn();
    const line = (answer.headers['set-cookie'] ?? []).find((cookie) => cookie.startsWith('session='));
    expect(line).toMatch(/^session=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/);
    const rows = await site.query('SELECT * FROM sessions');
    expect(JSON.stringify(rows)).not.toContain(browser.cookies.get('session'));
  });

  it('answers a program with 401', async () => {
    const answer = await browser.send('/api/session');
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ error: { code: 'NOT_SIGNED_IN' } });
  });

  it('does not say whether the email address or the password is wrong', async () => {
    const wrongPassword = await browser.signIn({ ...admin, password: 'not the password' });
    const wrongEmail = await browser.signIn({ email: 'nobody@example.com', password: admin.password });
    expect([wrongPassword.status, wrongEmail.status]).toEqual([401, 401]);
    for (const { text } of [wrongPassword, wrongEmail]) {
      expect(text).toContain('The email address or the password is wrong.');
    }
    expect(browser.cookies.has('session')).toBe(false);
  });

  it('begins a new session each time and ends the one before', async () => {
    await browser.signIn();
    const first = browser.cookies.get('session');
    const _csrf = await browser.tokenOf('/admin/password');
    await browser.submit('/admin/sign-in', { ...admin, _csrf });
    expect(browser.cookies.get('session')).not.toBe(first);
    const thief = new Browser(site);
    thief.cookies.set('session', first ?? '');
    expect((await thief.send('/api/session')).status).toBe(401);
  });

  it('signs out for good', async () => {
    await browser.signIn();
    const token = browser.cookies.get('session') ?? '';
    const answer = await browser.submit('/admin/sign-out', {
      _csrf: await browser.tokenOf('/admin/password'),
    });
    expect([answer.status, browser.cookies.has('session')]).toEqual([303, false]);
    browser.cookies.set('session', token);
    expect((await browser.send('/api/session')).status).toBe(401);
  });

  it('does not know a session that ran out', async () => {
    await browser.signIn();
    await site.query(`UPDATE sessions SET expires_at = now() - interval '1 second'`);
    expect((await browser.send('/api/session')).status).toBe(401);
    await browser.signIn();
    expect(await site.query('SELECT count(*)::int AS count FROM sessions')).toEqual([{ count: 1 }]);
  });

  it('changes the password, and signs out every other browser', async () => {
    const other = new Browser(site);
    await other.signIn();
    await browser.signIn();
    const change = async (current: string, next: string) =>
      browser.submit('/admin/password', { current, next, _csrf: await browser.tokenOf('/admin/password') });
    expect((await change('wrong', 'another long one')).status).toBe(401);
    expect((await change(admin.password, 'short')).status).toBe(400);
    expect((await change(admin.password, 'another long one')).headers.location).toBe(
      '/admin/password?changed',
    );
    expect((await browser.send('/api/session')).status).toBe(200);
    expect((await other.send('/api/session')).status).toBe(401);
    expect((await change('another long one', admin.password)).status).toBe(303);
  });

  describe('forged requests', () => {
    const cases: [string, Record<string, string>, Record<string, string>][] = [
      ['without a token', {}, {}],
      ['with a wrong token', { _csrf: 'x'.repeat(43) }, {}],
      ['from another site', {}, { 'sec-fetch-site': 'cross-site' }],
      ['from a neighbour under the same domain', {}, { 'sec-fetch-site': 'same-site' }],
    ];

    it.each(cases)('refuses to sign in %s', async (_name, fields, headers) => {
      const _csrf = 'sec-fetch-site' in headers ? await browser.tokenOf('/admin/sign-in') : undefined;
      const form = { ...admin, ...(_csrf === undefined ? {} : { _csrf }), ...fields };
      const answer = await browser.submit('/admin/sign-in', form, headers);
      expect(answer.status).toBe(403);
      expect(browser.cookies.has('session')).toBe(false);
    });

    it.each(cases)('refuses an admin form %s', async (_name, fields, headers) => {
      await browser.signIn();
      const _csrf = 'sec-fetch-site' in headers ? await browser.tokenOf('/admin/password') : undefined;
      const form = { ...(_csrf === undefined ? {} : { _csrf }), ...fields };
      expect((await browser.submit('/admin/sign-out', form, headers)).status).toBe(403);
      expect((await browser.send('/api/session')).status).toBe(200);
    });

    it('refuses an Origin of another host, and "null"', async () => {
      await browser.signIn();
      const _csrf = await browser.tokenOf('/admin/password');
      for (const origin of ['http://evil.example', 'null', `http://${site.host}.evil.example`]) {
        const answer = await browser.send('/admin/sign-out', {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', origin },
          body: `_csrf=${_csrf}`,
        });
        expect(answer.status).toBe(403);
      }
    });

    it("refuses another session's token", async () => {
      const other = new Browser(site);
      await other.signIn();
      await browser.signIn();
      const answer = await browser.submit('/admin/sign-out', {
        _csrf: await other.tokenOf('/admin/password'),
      });
      expect(answer.status).toBe(403);
    });

    it('requires the token of a program that uses the cookie, in a header', async () => {
      await browser.signIn();
      const { csrfToken } = (await browser.send('/api/session')).json() as { csrfToken: string };
      const send = (headers: Record<string, string>) =>
        browser.send('/api/pages', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ title: 'Forged?' }),
        });
      const refused = await send({});
      expect([refused.status, refused.json()]).toMatchObject([403, { error: { code: 'CSRF' } }]);
      expect((await send({ 'x-csrf-token': csrfToken })).status).toBe(201);
    });
  });
});

describe('guessing passwords', () => {
  let site: TestSite;

  beforeAll(async () => {
    site = await startTestSite({
      accounts: { attemptsPerAccount: 3, attemptsPerAddress: 6, attemptWindow: '10m' },
      site: { title: 'Secure', url: 'https://secure.example' },
    });
  });
  afterAll(() => site.close());

  it('is slowed down by account, then by address, and says when to come back', async () => {
    const browser = new Browser(site);
    const _csrf = await browser.tokenOf('/admin/sign-in');
    const attempt = async (email: string) =>
      (await browser.submit('/admin/sign-in', { email, password: 'wrong', _csrf })).status;
    expect(await Promise.all([1, 2, 3, 4].map(() => attempt(admin.email)))).toEqual(
      expect.arrayContaining([401, 401, 401, 429]),
    );
    const refused = await browser.signIn();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(590);
    expect(refused.text).toContain('Too many attempts to sign in. Try again in 10 minutes.');
    const others = [];
    for (const name of ['a', 'b', 'c', 'd']) others.push(await attempt(`${name}@example.com`));
    expect(others).toEqual([401, 401, 401, 429]);
  });

  it('uses cookies that only https and this host can set, where the site is on https', async () => {
    const answer = await new Browser(site).send('/admin/sign-in');
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-visitor=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
    ]);
  });
});
