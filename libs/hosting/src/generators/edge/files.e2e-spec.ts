import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EdgeWorld } from '../../testing/edge-world.js';
import { type EdgeKind, isInstalled, testedKinds } from '../../testing/private-edge.js';
import { foreverCaching } from './media-types.js';

const secret = 'SECRET of acme';
const foreign = "SECRET of somebody else's";

/** Whether the server itself reads public files: Caddy would follow links. */
const servesPublic = (kind: EdgeKind): boolean => kind !== 'caddy';

describe.each(testedKinds)('files through %s', (kind) => {
  const isHere = isInstalled(kind);
  const itHere = isHere ? it : it.skip;
  let world: EdgeWorld;

  beforeAll(async () => {
    if (!isHere) return;
    world = await EdgeWorld.open(kind, [
      { name: 'acme', hosts: ['acme.test'] },
      { name: 'liberty', hosts: ['liberty.test'] },
      { name: 'liberty.kids', hosts: ['kids.test'] },
    ]);
    putFiles(world);
    await world.startEdge();
  }, 60_000);
  afterAll(async () => world?.close());

  const expectInert = async (path: string, type: string, disposition: string): Promise<void> => {
    const { status, headers } = await world.get('acme.test', path);
    expect([status, headers['content-type'], headers['content-disposition']?.split(';')[0]]).toEqual([
      ...[200, type, disposition],
    ]);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=600',
    });
  };

  if (servesPublic(kind)) {
    itHere.each([
      ['/media/harbour.png', 'image/png', 'inline'],
      ['/media/a%20b/logo.SVG', 'image/svg+xml', 'inline'],
      ['/media/page.html', 'text/html; charset=utf-8', 'attachment'],
      ['/media/script.js', 'text/javascript; charset=utf-8', 'attachment'],
      ['/media/shell.php', 'application/octet-stream', 'attachment'],
      ['/media/shell.php.png', 'image/png', 'inline'],
      ['/media/archive.tar.gz', 'application/gzip', 'attachment'],
      ['/media/without-ending', 'application/octet-stream', 'attachment'],
      ['/media/caf%C3%A9.txt', 'text/plain; charset=utf-8', 'attachment'],
    ])('serves %s as %s, %s, and able to do nothing', expectInert);

    itHere('shows films and documents without the sandbox, in which viewers do not start', async () => {
      const { headers } = await world.get('acme.test', '/media/may.pdf');
      expect(headers['content-security-policy']).toBe("frame-ancestors 'self'");
      expect(headers['content-disposition']).toMatch(/^inline/);
    });

    itHere('sends a part, and what is new only', async () => {
      const part = await world.get('acme.test', '/media/harbour.png', { headers: { range: 'bytes=2-4' } });
      expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'rbo', 'bytes 2-4/7']);
      const since = { 'if-modified-since': part.headers['last-modified'] ?? '' };
      expect((await world.get('acme.test', '/media/harbour.png', { headers: since })).status).toBe(304);
      const tagged = { 'if-none-match': part.headers.etag ?? '' };
      expect((await world.get('acme.test', '/media/harbour.png', { headers: tagged })).status).toBe(304);
    });
  }

  itHere('asks the process for what is not there, and for private files', async () => {
    for (const path of [
      '/media/missing.png',
      '/media/private/secret.txt',
      '/media/.hidden',
      '/media/folder',
    ]) {
      const answer = await world.get('acme.test', path);
      expect([path, answer.status, answer.text]).toEqual([
        path,
        200,
        expect.stringContaining('"name":"acme"'),
      ]);
    }
  });

  itHere('asks the process also for public files where a tenant has several sites', async () => {
    for (const host of ['liberty.test', 'kids.test']) {
      expect((await world.get(host, '/media/harbour.png')).text).toContain('"name":"liberty"');
    }
  });

  itHere.each([
    ...['/media/../private/secret.txt', '/media../private/secret.txt', '/media/%2e%2e/private/secret.txt'],
    ...[
      '/media/..%2fprivate/secret.txt',
      '/media/%2e%2e%2fprivate%2fsecret.txt',
      '/media/x/../../private/secret.txt',
    ],
    ...[
      '/media//../private/secret.txt',
      '/media/..%5cprivate%5csecret.txt',
      '/media/%252e%252e/private/secret.txt',
    ],
    ...[
      '/media/folder/../../private/secret.txt',
      '/media/....//private/secret.txt',
      '/media/;/../private/secret.txt',
    ],
    ...[
      '/_edge/media/private/secret.txt',
      '/%5fedge/media/private/secret.txt',
      '//_edge/media/private/secret.txt',
    ],
    ...['/media/../_edge/media/private/secret.txt', '/_assets/../media/private/secret.txt'],
    ...[
      '/media/link.txt',
      '/media/linked/theirs.txt',
      '/media/PRIVATE/secret.txt',
      '/media/private%2fsecret.txt',
    ],
    ...['/_assets/..%2f..%2f..%2fsecrets.yaml', '/_assets/../../../secrets.yaml', '/media/.hidden'],
    ...[
      '/_edge/pages/../../nginx/nginx.conf',
      '/_edge/pages/503.html/../../../nginx.conf',
      '/media/secret%00.png',
    ],
  ])('gives nothing away at %s', async (path) => {
    const answer = await world.get('acme.test', path).catch(() => ({ text: 'broken off' }));
    expect(answer.text).not.toContain('SECRET');
    expect(answer.text).not.toContain('worker_processes');
  });

  itHere('sends a private file that the process leaves to it, with the headers of the process', async () => {
    const file =
      kind === 'apache' ? `${world.home}/tenants/acme/media/private/may.pdf` : '/_edge/media/private/may.pdf';
    const path = `/file?file=${encodeURIComponent(file)}`;
    const whole = await world.get('acme.test', path);
    expect([whole.status, whole.text]).toEqual([200, secret]);
    expect(whole.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-security-policy': "frame-ancestors 'self'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      'content-disposition': 'inline; filename="may.pdf"',
    });
    expect(Object.keys(whole.headers).filter((name) => /^x-(accel|sendfile)/.test(name))).toEqual([]);
    const part = await world.get('acme.test', path, { headers: { range: 'bytes=0-5' } });
    expect([part.status, part.text]).toEqual([206, 'SECRET']);
  });

  itHere('sends only files of the tenant, whatever its process asks for', async () => {
    const root = `${world.home}/tenants`;
    const asked =
      kind === 'apache'
        ? [
            `${root}/liberty/media/private/theirs.txt`,
            `${root}/acme/media/private/../../secrets.yaml`,
            '/etc/passwd',
          ]
        : [
            '/_edge/media/private/../../../../liberty/media/private/theirs.txt',
            '/_edge/media/private/../../secrets.yaml',
          ];
    for (const file of asked) {
      const answer = await world.get('acme.test', `/file?file=${encodeURIComponent(file)}`);
      expect([file, answer.text.includes('SECRET'), answer.text.includes('root:')]).toEqual([
        file,
        false,
        false,
      ]);
    }
  });

  itHere(
    'serves assets with a hash in their name from the release, for ever, and asks for others',
    async () => {
      const asset = await world.get('acme.test', '/_assets/site.3fa90b1c.css');
      expect([asset.status, asset.text, asset.headers['content-type']]).toEqual([
        200,
        'body{}',
        'text/css; charset=utf-8',
      ]);
      expect(asset.headers['cache-control']).toBe(foreverCaching);
      for (const path of ['/_assets/site.css?v=3fa90b1c', '/_assets/gone.00000000.css']) {
        expect((await world.get('acme.test', path)).text).toContain('"name":"acme"');
      }
    },
  );
});

function putFiles(world: EdgeWorld): void {
  const media = 'tenants/acme/media';
  for (const name of [
    'page.html',
    'script.js',
    'shell.php',
    'shell.php.png',
    'archive.tar.gz',
    'without-ending',
  ]) {
    world.put(`${media}/public/${name}`, '<?php echo 1; ?><script>alert(1)</script>');
  }
  for (const name of ['a b/logo.SVG', 'café.txt', 'may.pdf', 'folder/inside.txt']) {
    world.put(`${media}/public/${name}`, 'x');
  }
  world.put(`${media}/public/harbour.png`, 'harbour');
  world.put(`${media}/public/.hidden`, secret);
  world.put(`${media}/private/secret.txt`, secret);
  world.put(`${media}/private/may.pdf`, secret);
  world.put('tenants/acme/secrets.yaml', secret);
  world.put('tenants/liberty/media/private/theirs.txt', foreign);
  world.put('tenants/liberty/media/public/harbour.png', foreign);
  world.put(`${media}/public/link.txt`, { link: 'tenants/liberty/media/private/theirs.txt' });
  world.put(`${media}/public/linked`, { link: 'tenants/liberty/media/private' });
  world.put('current/apps/web/assets/site.3fa90b1c.css', 'body{}');
  world.put('current/apps/web/assets/site.css', 'body{}');
}
