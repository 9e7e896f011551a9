import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeSite } from '../testing/fake-gateway.js';
import { FakeHome } from '../testing/fake-home.js';

let site: FakeSite;

beforeAll(async () => {
  site = await FakeSite.open(new FakeHome(), ['acme', 'liberty']);
});

afterAll(async () => {
  await site.close();
});

describe('bodies', () => {
  const upload = randomBytes(20 * 1024 * 1024);
  const digest = { bytes: upload.length, sha256: createHash('sha256').update(upload).digest('hex') };

  it('arrive whole, of known length or in chunks', async () => {
    const known = await site.get({
      path: '/sum',
      method: 'POST',
      body: upload,
      headers: { 'content-length': upload.length },
    });
    expect(JSON.parse(known.body)).toEqual(digest);
    const chunked = await site.get({
      path: '/sum',
      method: 'PUT',
      body: upload,
      headers: { 'transfer-encoding': 'chunked', expect: '100-continue' },
    });
    expect(JSON.parse(chunked.body)).toEqual(digest);
  });

  it('come back whole', async () => {
    const answer = await site.get({ path: '/echo', method: 'POST', body: 'x'.repeat(3_000_000) });
    expect(answer.body).toHaveLength(3_000_000);
  });

  it('wait with the request while the tenant starts', async () => {
    await site.home.supervisor.stop('liberty');
    site.home.modes['liberty'] = 'slow';
    const starting = site.home.supervisor.start('liberty');
    const answer = await site.get({ host: 'liberty.localhost', path: '/sum', method: 'POST', body: upload });
    expect(JSON.parse(answer.body)).toEqual(digest);
    await starting;
    site.home.modes['liberty'] = 'well';
  });

  it('flow as they come: an event stream shows its head before its first event', async () => {
    const socket = connect({ host: '127.0.0.1', port: site.gateway.port });
    socket.write('GET /events HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toContain('text/event-stream');
    expect(first.toString()).not.toContain('data: 1');
    expect(await text(socket)).toContain('data: 3');
  });

  it('that the tenant does not want are answered all the same', async () => {
    const answer = await site.get({ path: '/early', method: 'POST', body: 'small' });
    expect(answer).toMatchObject({ status: 413, body: 'too large' });
  });

  it('that break off are broken off for the client, too', async () => {
    await expect(site.get({ path: '/half' })).rejects.toThrow('aborted');
  });
});
