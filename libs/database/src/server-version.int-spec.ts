import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { connectServer } from './connect.js';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Lets everybody in, and says that it is of this version. */
async function serve(version: string): Promise<number> {
  const letIn = message('R', Buffer.alloc(4));
  const status = message('S', Buffer.from(`server_version\0${version}\0`));
  const process = message('K', Buffer.alloc(8, 1));
  server = createServer((socket) => {
    socket.once('data', () =>
      socket.write(Buffer.concat([letIn, status, process, message('Z', Buffer.from('I'))])),
    );
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

const login = { name: 'old', host: '127.0.0.1', user: 'boss', database: 'postgres', ssl: 'off' } as const;

describe('a server of another version', () => {
  it.each(['14.23', '9.6.24'])('is refused when it is %s', async (version) => {
    const port = await serve(version);
    await expect(connectServer({ ...login, port })).rejects.toMatchObject({
      code: 'POSTGRES_TOO_OLD',
      exitCode: 4,
      message: `Postgres "old" at 127.0.0.1:${port}: expected Postgres 15 or newer, found ${version}.`,
    });
  });

  it.each(['15.18 (Debian 15.18-1)', '19beta1'])('is taken when it is %s', async (version) => {
    const connection = await connectServer({ ...login, port: await serve(version) });
    await connection.end();
  });
});
