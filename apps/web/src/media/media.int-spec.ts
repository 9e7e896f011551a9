import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Browser,
  multipart,
  startTestSite,
  type FormFile,
  type TestSite,
} from '../../../../tests/support/test-site.js';
import type { MediaResource } from './media-resource.js';

const png = Buffer.from('\x89PNG\r\n\x1a\npixels and pixels', 'latin1');

describe('the media library', () => {
  let site: TestSite;
  let browser: Browser;
  let csrfToken: string;
  const visitor = () => new Browser(site);

  beforeAll(async () => {
    site = await startTestSite({ upload: { limit: '100KB' }, media: { quota: '1MB' } });
  });
  afterAll(() => site.close());
  beforeEach(async () => {
    await site.query('DELETE FROM sessions');
    browser = new Browser(site);
    await browser.signIn();
    ({ csrfToken } = (await browser.send('/api/session')).json() as { csrfToken: string });
  });

  const upload = (file: FormFile, fields: Record<string, string> = {}) => {
    const { headers, body } = multipart(file, fields);
    return browser.send('/api/media', {
      method: 'POST',
      headers: { ...headers, 'x-csrf-token': csrfToken },
      body,
    });
  };
  const uploaded = async (file: FormFile, fields: Record<string, string> = {}) =>
    (await upload(file, fields)).json() as MediaResource;
  const filesOnDisk = async () => {
    const folders = await Promise.all(
      ['public', 'private', '.incoming'].map((folder) => readdir(path.join(site.mediaRoot, folder))),
    );
    return folders.flat();
  };

  describe('an upload', () => {
    it('is kept and served as what it is, whatever its sender said', async () => {
      const answer = await upload({ name: 'Harbour at Dawn.PNG', content: png }, { alt: 'A harbour' });
      expect(answer.status).toBe(201);
      expect(answer.json()).toMatchObject({
        url: '/media/harbour-at-dawn.png',
        path: 'harbour-at-dawn.png',
        name: 'Harbour at Dawn.PNG',
        alt: 'A harbour',
        contentType: 'image/png',
        sizeBytes: png.length,
        visibility: 'public',
      });
      const served = await visitor().send('/media/harbour-at-dawn.png');
      expect(served.body).toEqual(png);
      expect(served.headers).toMatchObject({
        'content-type': 'image/png',
        'content-length': String(png.length),
        'x-content-type-options': 'nosniff',
        'cache-control': 'public, max-age=600',
        'accept-ranges': 'bytes',
        'content-disposition': `inline; filename="harbour-at-dawn.png"; filename*=UTF-8''harbour-at-dawn.png`,
      });
    });

    it('named with a path is refused', async () => {
      const before = await filesOnDisk();
      for (const name of ['../../x', '/etc/x', '..%5C..%5Cx/../y']) {
        const answer = await upload({ name, content: 'x' });
        expect([answer.status, answer.json()]).toMatchObject([
          400,
          {
            error: {
              code: 'UNSAFE_PATH',
              message: `upload: expected a file name without a path, found ${JSON.stringify(name)}.`,
            },
          },
        ]);
      }
      expect((await upload({ name: '.htaccess', content: 'x' })).status).toBe(400);
      expect(await filesOnDisk()).toEqual(before);
    });

    it('larger than the limit is refused with 413, and the connection lives on', async () => {
      const before = await filesOnDisk();
      const answer = await upload({ name: 'big.bin', content: Buffer.alloc(3 * 1024 * 1024) });
      expect([answer.status, answer.json()]).toMatchObject([
        413,
        {
          error: {
            code: 'UPLOAD_TOO_LARGE',
            message: 'upload: expected at most 100 KB, the file is larger.',
          },
        },
      ]);
      expect(await filesOnDisk()).toEqual(before);
      expect((await upload({ name: 'small.bin', content: 'x' })).status).toBe(201);
    });

    it('over the quota is refused with 507', async () => {
      const filler = path.join(site.mediaRoot, 'public', 'filler.bin');
      await writeFile(filler, Buffer.alloc(1024 * 1024 - 10_000));
      const answer = await upload({ name: 'more.bin', content: Buffer.alloc(50_000) });
      await writeFile(filler, '');
      expect([answer.status, answer.json()]).toMatchObject([507, { error: { code: 'QUOTA_EXCEEDED' } }]);
    });

    it('must be a form with a file', async () => {
      const send = (type: string, body: string) =>
        browser.send('/api/media', {
          method: 'POST',
          headers: { 'content-type': type, 'x-csrf-token': csrfToken },
          body,
        });
      const json = await send('application/json', '{}');
      expect([json.status, json.json()]).toMatchObject([415, { error: { code: 'NOT_MULTIPART' } }]);
      const empty = await send('multipart/form-data; boundary=x', '--x--\r\n');
      expect([empty.status, empty.json()]).toMatchObject([400, { error: { code: 'NO_FILE' } }]);
      expect((await send('multipart/form-data', 'rubbish')).status).toBeGreaterThanOrEqual(400);
      const broken = await send('multipart/form-data; boundary=x', 'rubbish');
      expect([broken.status, broken.json()]).toMatchObject([400, { error: { code: 'BROKEN_FORM' } }]);
    });

    it('that ends early leaves nothing', async () => {
      const before = await filesOnDisk();
      const { headers, body } = multipart({ name: 'half.bin', content: Buffer.alloc(90_000) });
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const head = [
        `POST /api/media HTTP/1.1`,
        `host: ${site.host}`,
        `cookie: ${cookie}`,
        `x-csrf-token: ${csrfToken}`,
        `content-type: ${headers['content-type'] ?? ''}`,
        `content-length: ${body.length}`,
      ];
      const socket = connect(site.port, '127.0.0.1');
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      socket.write(Buffer.from(body).subarray(0, 50_000));
      await sleep(150);
      expect((await filesOnDisk()).some((name) => name.endsWith('.part'))).toBe(true);
      socket.destroy();
      await sleep(150);
      expect(await filesOnDisk()).toEqual(before);
    });

    it('needs somebody who is signed in, and the token of the session', async () => {
      const form = multipart({ name: 'x.png', content: png });
      const stranger = await visitor().send('/api/media', { method: 'POST', ...form });
      expect(stranger.status).toBe(401);
      for (const fields of [{}, { _csrf: 'x'.repeat(43) }]) {
        const forged = await browser.send('/api/media', {
          method: 'POST',
          ...multipart({ name: 'x.png', content: png }, fields),
        });
        expect([forged.status, forged.json()]).toMatchObject([403, { error: { code: 'CSRF' } }]);
      }
    });
  });

  describe('serving', () => {
    it('answers what is unchanged with 304', async () => {
      const { url } = await uploaded({ name: 'fresh.txt', content: 'fresh' });
      const { etag = '', 'last-modified': modified = '' } = (await visitor().send(url)).headers;
      const status = async (headers: Record<string, string>) =>
        (await visitor().send(url, { headers })).status;
      expect(await status({ 'if-none-match': etag })).toBe(304);
      expect(await status({ 'if-none-match': `"other", W/${etag}` })).toBe(304);
      expect(await status({ 'if-none-match': '"other"', 'if-modified-since': modified })).toBe(200);
      expect(await status({ 'if-modified-since': modified })).toBe(304);
      expect(await status({ 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' })).toBe(200);
    });

    it('sends ranges', async () => {
      const { url } = await uploaded({ name: 'digits.txt', content: '0123456789' });
      const get = (range: string, headers = {}) => visitor().send(url, { headers: { range, ...headers } });
      const part = await get('bytes=2-4');
      expect([part.status, part.text, part.headers['content-range'], part.headers['content-length']]).toEqual(
        [...[206, '234', 'bytes 2-4/10', '3']],
      );
      expect((await get('bytes=-3')).text).toBe('789');
      const beyond = await get('bytes=10-');
      expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
      expect((await get('bytes=0-1,3-4')).status).toBe(200);
      expect((await get('bytes=2-4', { 'if-range': '"another"' })).text).toBe('0123456789');
      expect((await get('bytes=2-4', { 'if-range': part.headers.etag })).text).toBe('234');
    });

    it('answers HEAD without the content', async () => {
      const { url } = await uploaded({ name: 'head.txt', content: '0123456789' });
      const head = await visitor().send(url, { method: 'HEAD' });
      expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, '10']);
      expect(head.headers['content-type']).toBe('text/plain; charset=utf-8');
    });

    it('serves an empty file', async () => {
      const { url } = await uploaded({ name: 'empty.txt', content: '' });
      const answer = await visitor().send(url);
      expect([answer.status, answer.headers['content-length']]).toEqual([200, '0']);
    });

    it.each([
      [
        'page.html',
        '<script>alert(1)</script>',
        'text/html; charset=utf-8',
        'attachment',
        "default-src 'none'; sandbox",
      ],
      [
        'drawing.svg',
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        'image/svg+xml',
        'inline',
        "default-src 'none'; sandbox",
      ],
      ['code.js', 'alert(1)', 'text/javascript; charset=utf-8', 'attachment', "default-src 'none'; sandbox"],
      ['feed.xml', '<x/>', 'application/xml', 'attachment', "default-src 'none'; sandbox"],
      [
        'what.ever',
        '<!doctype html>',
        'application/octet-stream',
        'attachment',
        "default-src 'none'; sandbox",
      ],
      ['paper.pdf', '%PDF-1.7', 'application/pdf', 'inline', "frame-ancestors 'self'"],
    ])('never lets %s act as the site', async (name, content, type, disposition, policy) => {
      const { url } = await uploaded({ name, content });
      const { headers } = await visitor().send(url);
      expect(headers).toMatchObject({
        'content-type': type,
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'content-disposition': expect.stringMatching(new RegExp(`^${disposition}; filename="`)),
      });
    });

    it('finds nothing outside the public folder', async () => {
      await writeFile(path.join(site.mediaRoot, '.hidden'), 'hidden');
      await symlink('/etc/passwd', path.join(site.mediaRoot, 'public', 'passwd.txt'));
      for (const address of [
        ...[
          '/media/../.hidden',
          '/media/%2e%2e/.hidden',
          '/media/..%2f.hidden',
          '/media/%2e%2e%2f.hidden',
          '/media/.hidden',
        ],
        ...[
          '/media../.hidden',
          '/media/..%5c.hidden',
          '/media//etc/passwd',
          '/media/passwd.txt',
          '/media/%00',
          '/media/',
        ],
        ...['/media/.incoming/x', '/media/public/../../.hidden', '/media/%E0%A4%A', '/media/none.png'],
      ]) {
        const { status } = await visitor().send(address);
        expect([address, status === 404 || status === 400]).toEqual([address, true]);
      }
    });

    it('shows private files to who is signed in only, and lets no cache keep them', async () => {
      const { url } = await uploaded(
        { name: 'salaries.pdf', content: '%PDF-1.7' },
        { visibility: 'private' },
      );
      expect(url).toBe('/media/private/salaries.pdf');
      const stranger = await visitor().send(url);
      expect([stranger.status, stranger.headers.location]).toEqual([
        ...[303, '/admin/sign-in?next=%2Fmedia%2Fprivate%2Fsalaries.pdf'],
      ]);
      const { status, headers } = await browser.send(url);
      expect([status, headers['cache-control']]).toEqual([200, 'private, no-cache']);
      expect((await visitor().send('/media/salaries.pdf')).status).toBe(404);
    });
  });

  describe('the API', () => {
    it('lists, describes and deletes', async () => {
      const { id, url } = await uploaded({ name: 'passing.png', content: png });
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
      const change = (body: object) =>
        browser.send(`/api/media/${id}`, { method: 'PATCH', headers, body: JSON.stringify(body) });
      expect((await change({ alt: 'Passing by' })).json()).toMatchObject({ id, alt: 'Passing by' });
      expect((await change({ alt: 'two\nlines' })).status).toBe(400);
      expect((await change({ path: 'public/x' })).status).toBe(400);
      const list = (await browser.send('/api/media?perPage=100')).json() as {
        media: MediaResource[];
        total: number;
      };
      expect(list.media.find((item) => item.id === id)).toMatchObject({ alt: 'Passing by' });
      const removal = await browser.send(`/api/media/${id}`, {
        method: 'DELETE',
        headers: { 'x-csrf-token': csrfToken },
      });
      expect(removal.status).toBe(204);
      expect((await visitor().send(url)).status).toBe(404);
      expect((await browser.send(`/api/media/${id}`)).status).toBe(404);
    });

    it('follows files that came and went by other hands', async () => {
      await writeFile(path.join(site.mediaRoot, 'public', 'copied.png'), png);
      const { path: gone } = await uploaded({ name: 'goes.txt', content: 'x' });
      await rm(path.join(site.mediaRoot, 'public', gone));
      const { media } = (await browser.send('/api/media?perPage=100')).json() as { media: MediaResource[] };
      const paths = media.map((item) => item.path);
      expect(paths).toContain('copied.png');
      expect(paths).not.toContain(gone);
    });
  });

  describe('the admin page', () => {
    it('uploads several files without a script and shows them', async () => {
      const _csrf = await browser.tokenOf('/admin/media');
      const form = multipart(
        { name: 'From the Form.png', content: png },
        { _csrf, alt: 'Seen', visibility: 'public' },
      );
      const answer = await browser.send('/admin/media', { method: 'POST', ...form });
      expect([answer.status, answer.headers.location]).toEqual([303, '/admin/media?uploaded=1']);
      const { text } = await browser.send('/admin/media?uploaded=1');
      expect(text).toContain('The file is uploaded.');
      expect(text).toContain(
        '<img src="/media/from-the-form.png" alt="Seen" loading="lazy" decoding="async">',
      );
    });

    it('says on the page why an upload was refused', async () => {
      const _csrf = await browser.tokenOf('/admin/media');
      const form = multipart({ name: 'big.bin', content: Buffer.alloc(200_000) }, { _csrf });
      const answer = await browser.send('/admin/media', { method: 'POST', ...form });
      expect(answer.status).toBe(413);
      expect(answer.text).toContain('upload: expected at most 100 KB, the file is larger.');
    });

    it('refuses a form without the token before it keeps a byte', async () => {
      const before = await filesOnDisk();
      const answer = await browser.send('/admin/media', {
        method: 'POST',
        ...multipart({ name: 'x.png', content: png }),
      });
      expect(answer.status).toBe(403);
      expect(await filesOnDisk()).toEqual(before);
    });

    it('describes and deletes by forms', async () => {
      const { id } = await uploaded({ name: 'by-form.png', content: png });
      const _csrf = await browser.tokenOf('/admin/media');
      const described = await browser.submit(`/admin/media/${id}/describe`, { _csrf, alt: 'By a form' });
      expect(described.status).toBe(303);
      expect((await browser.send(`/api/media/${id}`)).json()).toMatchObject({ alt: 'By a form' });
      expect((await browser.submit(`/admin/media/${id}/delete`, { _csrf })).status).toBe(303);
      expect((await browser.send(`/api/media/${id}`)).status).toBe(404);
    });
  });
});
