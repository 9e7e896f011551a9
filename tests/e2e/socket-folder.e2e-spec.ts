import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { homePaths } from '#libs/settings';
import { tenantryWith } from '../support/command-line.js';

let root: string;
let home: string;
let sockets: string;
let impostor: Server;
let asked = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'tenantry-sockets-'));
  home = join(root, ...Array.from({ length: 8 }, () => 'deeply-nested'));
  const made = await tenantryWith({ home, cwd: root }, 'init', home);
  expect(made.stderr + made.stdout).toContain(home);
  ({ sockets } = homePaths(home));
  mkdirSync(sockets);
  impostor = createServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => impostor.listen(join(sockets, 'supervisor.sock'), resolve));
});

afterAll(async () => {
  await new Promise((resolve) => impostor.close(resolve));
  for (const folder of [sockets, root]) rmSync(folder, { recursive: true, force: true });
});

it.each(['status', 'start --all', 'stop --all', 'restart --all'])(
  'refuses to talk to whoever made the folder of the sockets in /tmp: %s',
  async (words) => {
    chmodSync(sockets, 0o777);
    const { code, stderr } = await tenantryWith({ home }, ...words.split(' '));
    expect([code, stderr]).toEqual([
      4,
      expect.stringContaining(`${sockets}: expected a folder that only you can write to, found one of user`),
    ]);
    expect(asked).toBe(0);
  },
);
