import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signIn } from '../support/site-visitor.js';
import { fetchVia, freePort, makeTestHome, type TestHome } from '../support/test-home.js';

const account = { email: 'a@acme.test', password: 'correct horse battery' };
const programs = { nginx: '/usr/sbin/nginx', caddy: '/usr/bin/caddy' } as const;
const endings = ['png', 'svg', 'html', 'pdf', 'mp4', 'js', 'txt', 'zip', 'unknown'];

describe.each(['nginx', 'caddy'] as const)('a home behind a %s of its own', (kind) => {
  const isHere = existsSync(programs[kind]);
  if (!isHere) process.stderr.write(`SKIPPED: ${kind}. On Debian: apt-get install ${kind}\n`);
  const itHere = isHere ? it : it.skip;
  let home: TestHome;
  let edge: TestHome;

  beforeAll(async () => {
    if (!isHere) return;
    home = await makeTestHome(`edge-${kind}`);
    const port = await freePort();
    edge = { ...home, port, get: (host, path, init) => fetchVia(port, host, { path, init }) };
    appendFileSync(join(home.dir, 'tenantry.yaml'), edgeSettings(kind, port, await freePort()));
    writeFileSync(join(home.dir, 'password'), `${account.password}\n`);
    for (const name of ['acme', 'liberty']) {
      const admin = ['--admin', `a@${name}.test`, '--admin-password-file', join(home.dir, 'password')];
      await home.done('tenant', 'create', name, ...admin);
    }
    appendFileSync(join(home.dir, 'tenants/acme/settings.yaml'), '\nupload: { limit: 100KB }\n');
    appendFileSync(join(home.dir, 'tenants/liberty/settings.yaml'), '\nprocess: { idleStop: 2s }\n');
    putMedia(home.dir);
    await home.done('start', '--all');
    await home.done('hosting', 'apply');
  }, 180_000);

  afterAll(async () => {
    if (!isHere) return;
    for (const file of ['run/nginx.pid', 'run/caddy.pid']) endProcessOf(join(home.dir, file));
    await home.remove();
  }, 60_000);

  itHere('answers each host from its tenant, and no other host', async () => {
    expect(await (await edge.get('acme.localhost', '/')).text()).toContain('Acme');
    expect((await edge.get('liberty.localhost', '/')).status).toBe(200);
    expect((await edge.get('nobody.localhost', '/')).status).toBe(421);
    for (const path of ['/health/ready', '/metrics']) {
      expect((await edge.get('acme.localhost', path)).status).toBe(404);
    }
  });

  itHere.each(endings)('sends a public .%s with the headers that the process would send', async (ending) => {
    const [through, direct] = await Promise.all([
      edge.get('acme.localhost', `/media/sample.${ending}`),
      home.get('acme.localhost', `/media/sample.${ending}`),
    ]);
    expect(headersOf(through)).toEqual(headersOf(direct));
    expect(await through.text()).toBe(await direct.text());
  });

  itHere('sends a private file to who is signed in, by itself where it refuses links', async () => {
    const path = '/media/private/may%20report.txt';
    const stranger = await edge.get('acme.localhost', path);
    expect([stranger.status === 200, (await stranger.text()).includes('SECRET')]).toEqual([false, false]);
    const editor = await signIn(edge, 'acme.localhost', account);
    const [through, direct] = [
      await editor.get(path),
      await (await signIn(home, 'acme.localhost', account)).get(path),
    ];
    expect([through.status, await through.text(), await direct.text()]).toEqual([200, 'SECRET', 'SECRET']);
    expect(headersOf(through)).toEqual(headersOf(direct));
    // nginx makes a validator of its own; Caddy follows links, so that the process sends the file.
    expect(through.headers.get('etag') === direct.headers.get('etag')).toBe(kind === 'caddy');
    const spoofed = await home.get('acme.localhost', path, {
      headers: { cookie: editor.cookie(), 'x-tenantry-edge': kind },
    });
    expect(spoofed.headers.get('x-accel-redirect')).toBeNull();
  });

  itHere('tells the uploader of a file that is too large', async () => {
    const editor = await signIn(edge, 'acme.localhost', account);
    const large = await editor.upload('/api/media', { name: 'large.txt', content: 'x'.repeat(300 * 1024) });
    expect([large.status, await large.json()]).toMatchObject([413, { error: { code: expect.any(String) } }]);
    expect((await editor.upload('/api/media', { name: 'small.txt', content: 'x' })).status).toBe(201);
  });

  itHere(
    'loses no request while the tenant restarts and the edge reloads',
    async () => {
      const load = keepAsking(edge, 'acme.localhost');
      const done = await restartAndReload(home).then(
        () => true,
        (error: unknown) => error,
      );
      const { asked, failures } = await load.stop();
      expect([done, failures]).toEqual([true, []]);
      expect(asked).toBeGreaterThan(50);
    },
    60_000,
  );

  itHere(
    'wakes a tenant that was stopped while idle',
    async () => {
      const socket = join(home.dir, 'run/liberty.sock');
      for (const deadline = Date.now() + 30_000; existsSync(socket) && Date.now() < deadline;)
        await sleep(100);
      expect(existsSync(socket)).toBe(false);
      expect((await edge.get('liberty.localhost', '/')).status).toBe(200);
    },
    60_000,
  );

  itHere(
    'names a certificate that is missing, and changes nothing',
    async () => {
      const overlay = join(home.dir, 'tenants/liberty/settings.yaml');
      const before = [readFileSync(overlay, 'utf8'), generated(home.dir, kind)] as const;
      appendFileSync(overlay, 'tls: { certificate: /nowhere/liberty.crt, key: /nowhere/liberty.key }\n');
      const { code, stderr } = await home.run('hosting', 'apply');
      expect([code, stderr]).toEqual([
        78,
        expect.stringContaining('liberty: /nowhere/liberty.crt: expected a certificate, found no such file.'),
      ]);
      expect(generated(home.dir, kind)).toBe(before[1]);
      expect((await edge.get('liberty.localhost', '/')).status).toBe(200);
      writeFileSync(overlay, before[0]);
    },
    60_000,
  );

  itHere(
    'keeps the files and the service of before when the server refuses the new ones',
    async () => {
      const file = join(home.dir, 'tenantry.yaml');
      const before = [readFileSync(file, 'utf8'), generated(home.dir, kind)] as const;
      // Not one of this host: RFC 5737.
      writeFileSync(file, before[0].replace("['127.0.0.1']", "['203.0.113.77']"));
      const { code, stderr } = await home.run('hosting', 'apply');
      expect([code, stderr]).toEqual([1, expect.stringContaining('203.0.113.77')]);
      expect(generated(home.dir, kind)).toBe(before[1]);
      expect((await edge.get('acme.localhost', '/')).status).toBe(200);
      writeFileSync(file, before[0]);
    },
    60_000,
  );
});

async function restartAndReload(home: TestHome): Promise<void> {
  await home.done('restart', '--tenant', 'acme');
  await home.done('settings', 'set', 'acme', 'site.title', 'Acme renamed');
  await home.done('hosting', 'apply');
  await home.done('restart', '--tenant', 'acme');
}

function edgeSettings(kind: string, httpPort: number, httpsPort: number): string {
  const ports = `httpPort: ${httpPort}, httpsPort: ${httpsPort}`;
  return `\nedge: ${kind}\nhosting: { edge: { run: home, ${ports}, addresses: ['127.0.0.1'] } }\n`;
}

function putMedia(home: string): void {
  const media = join(home, 'tenants/acme/media');
  for (const ending of endings)
    writeFileSync(join(media, 'public', `sample.${ending}`), `A sample, ${ending}.`);
  mkdirSync(join(media, 'private'), { recursive: true });
  writeFileSync(join(media, 'private/may report.txt'), 'SECRET');
}

const compared = [
  ...['content-type', 'content-security-policy', 'x-content-type-options', 'cache-control'],
  ...['cross-origin-resource-policy', 'content-length', 'accept-ranges', 'last-modified'],
];

/** Of the disposition the kind: the name at the end of the address is the same as the one in the header. */
function headersOf({ status, headers }: Response): unknown {
  const disposition = headers.get('content-disposition')?.split(';')[0];
  return [status, disposition, ...compared.map((name) => `${name}: ${headers.get(name) ?? ''}`)];
}

function generated(home: string, kind: 'nginx' | 'caddy'): string {
  const file = { nginx: 'nginx/conf.d/liberty.conf', caddy: 'caddy/Caddyfile' }[kind];
  return readFileSync(join(home, 'hosting', file), 'utf8');
}

interface Load {
  stop(): Promise<{ asked: number; failures: string[] }>;
}

/** Four visitors; every fourth request changes something as far as a server can tell. */
function keepAsking(home: TestHome, host: string): Load {
  const failures: string[] = [];
  let asked = 0;
  let isOver = false;
  const visitor = async (): Promise<void> => {
    while (!isOver) {
      const number = (asked += 1);
      const init =
        number % 4 === 0 ? { method: 'POST', body: 'a=b', headers: { 'content-length': '3' } } : {};
      const expected = number % 4 === 0 ? [400, 403, 404, 405, 415] : [200];
      const status = await home.get(host, '/', init).then((answer) => answer.status, String);
      if (!expected.includes(Number(status))) failures.push(`${number}: ${status}`);
      await sleep(20);
    }
  };
  const visitors = Promise.all(Array.from({ length: 4 }, visitor));
  return {
    stop: async () => {
      isOver = true;
      await visitors;
      return { asked, failures };
    },
  };
}

function endProcessOf(pidFile: string): void {
  if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, 'utf8').trim()), 'SIGTERM');
}
