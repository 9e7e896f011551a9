import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { listen } from './listen.js';

describe('listen', () => {
  const servers: Server[] = [];
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-listen-'));
    path = join(folder, 'run', 'acme.sock');
  });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function answering(answer = ''): Server {
    const made = createServer((_request, response) => response.end(answer));
    servers.push(made);
    return made;
  }

  it('makes a socket for owner and group, and nothing beside it', async () => {
    await listen(answering(), { kind: 'socket', path });
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(readdirSync(join(folder, 'run'))).toEqual(['acme.sock']);
  });

  it('takes over from an older process, which then leaves the socket alone', async () => {
    const older = await listen(answering('older'), { kind: 'socket', path });
    const newer = await listen(answering('newer'), { kind: 'socket', path });
    await older.stop();
    expect(await ask(path)).toBe('newer');
    await newer.stop();
    expect(existsSync(path)).toBe(false);
  });

  it('takes over the socket file of a process that crashed', async () => {
    await listen(answering(), { kind: 'socket', path });
    await listen(answering('next'), { kind: 'socket', path });
    expect(await ask(path)).toBe('next');
  });

  it('releases a socket that somebody else removed', async () => {
    const listener = await listen(answering(), { kind: 'socket', path });
    rmSync(path);
    await expect(listener.stop()).resolves.toBeUndefined();
  });

  it('answers who connected before it stopped, though nobody had accepted them yet', async () => {
    const listener = await listen(answering('late'), { kind: 'socket', path });
    const answers = Array.from({ length: 20 }, () => ask(path));
    // Connecting takes the clients one turn; the server has accepted none of them then.
    await new Promise((resolve) => {
      process.nextTick(resolve);
    });
    await listener.stop();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => 'late'));
  });

  it('says which port is taken', async () => {
    const first = answering();
    await listen(first, { kind: 'port', host: '127.0.0.1', port: 0 });
    const { port } = first.address() as AddressInfo;
    await expect(listen(answering(), { kind: 'port', host: '127.0.0.1', port })).rejects.toThrow(
      `127.0.0.1:${port}: cannot listen, another program does.`,
    );
  });
});

function ask(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path: '/', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
