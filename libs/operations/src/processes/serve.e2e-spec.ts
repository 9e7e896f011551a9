import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { homePaths, openHome, serverEndpoint } from '#libs/settings';
import { checkoutDir, pinnedNode } from '../../../../tests/support/command-line.js';
import { freePort, makeTestHome, type TestHome } from '../../../../tests/support/test-home.js';

interface Status {
  readonly tenants: readonly { name: string; state: string; pid: number; socket: string }[];
}

let home: TestHome;
let port: number;
let socketFolder: string | undefined;

async function statusOf(name: string): Promise<Status['tenants'][number] | undefined> {
  const { tenants } = (await home.done('status', '--json')).json<Status>();
  return tenants.find((tenant) => tenant.name === name);
}

beforeAll(async () => {
  // A socket's address cannot hold a path in there.
  home = await makeTestHome('x'.repeat(100));
  port = await freePort();
  for (const name of ['acme', 'liberty']) await home.done('tenant', 'create', name);
  appendFileSync(join(home.dir, 'tenants/liberty/settings.yaml'), `\nhttp:\n  port: ${port}\n`);
  await home.done('start', '--all');
}, 120_000);

afterAll(async () => {
  const { host } = serverEndpoint(openHome(home.dir, {}), 'main');
  await home.remove();
  const folders = [host, homePaths(home.dir).sockets];
  expect(folders).toEqual([expect.stringMatching(/^\/tmp\/tenantry-pg-/), socketFolder]);
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
}, 60_000);

describe('a home whose path is longer than a socket address', () => {
  it('has its sockets in a short private folder, and the gateway answers', async () => {
    const socket = (await statusOf('acme'))?.socket ?? '';
    expect(socket).toMatch(/^\/tmp\/tenantry-[0-9a-f]{16}\/acme\.sock$/);
    socketFolder = dirname(socket);
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
    expect((await home.get('acme.localhost', '/')).status).toBe(200);
  });
});

describe('a tenant whose settings name a port', () => {
  it('is served by the gateway, and its status says where it listens', async () => {
    expect((await home.get('liberty.localhost', '/')).status).toBe(200);
    expect(await statusOf('liberty')).toMatchObject({ state: 'running', socket: `127.0.0.1:${port}` });
    expect(existsSync(join(home.dir, 'run/liberty.sock'))).toBe(false);
  });

  it('answers without a gap while it is restarted', async () => {
    const before = (await statusOf('liberty'))?.pid;
    const statuses = new Set<number>();
    let isOver = false;
    const visit = async (): Promise<void> => {
      for (; !isOver; await pause(10)) statuses.add((await home.get('liberty.localhost', '/')).status);
    };
    const visitor = visit();
    await home.done('restart', '--tenant', 'liberty');
    isOver = true;
    await visitor;
    expect((await statusOf('liberty'))?.pid).not.toBe(before);
    expect([...statuses]).toEqual([200]);
  }, 60_000);
});

describe('the embedded Postgres of a home that runs', () => {
  const state = async () =>
    (await home.done('postgres', 'status', '--json')).json<{ state: string; pid: number }>();

  it('comes back by itself when it is killed, and not when it is stopped', async () => {
    const { pid } = await state();
    process.kill(pid, 'SIGKILL');
    while ((await home.get('acme.localhost', '/')).status !== 200) await pause(200);
    const again = await state();
    expect([again.state, again.pid === pid]).toEqual(['running', false]);
    await home.done('postgres', 'stop');
    await pause(5_000);
    expect((await state()).state).toBe('stopped');
    await home.done('postgres', 'start');
  }, 60_000);
});

describe('a tenant that is created while the whole home runs', () => {
  it('is served from its first request on, without a start', async () => {
    expect((await home.get('zed.localhost', '/')).status).toBe(421);
    await home.done('tenant', 'create', 'zed');
    expect((await home.get('zed.localhost', '/')).status).toBe(200);
    expect(await statusOf('zed')).toMatchObject({ state: 'running' });
  }, 60_000);

  it('is served although somebody asked for it while it was being made', async () => {
    mkdirSync(join(home.dir, 'tenants/half'));
    writeFileSync(join(home.dir, 'tenants/half/settings.yaml'), 'hosts: [half.localhost]\n');
    expect((await home.get('half.localhost', '/')).status).toBe(421);
    await home.done('tenant', 'create', 'half');
    expect((await home.get('half.localhost', '/')).status).toBe(200);
  }, 60_000);

  it('stays stopped when the operator stopped it, asked for or not', async () => {
    await home.done('stop', '--tenant', 'zed');
    expect((await home.get('zed.localhost', '/')).status).toBe(503);
    await home.done('tenant', 'create', 'quiet');
    await home.done('stop', '--tenant', 'quiet');
    expect((await home.get('quiet.localhost', '/')).status).toBe(503);
  }, 60_000);
});

describe('a tenant that is created while only some tenants run', () => {
  it('waits for the operator', async () => {
    await home.done('stop', '--all');
    await home.done('start', '--tenant', 'acme');
    await home.done('tenant', 'create', 'late');
    expect((await home.get('late.localhost', '/')).status).toBe(503);
    expect((await home.get('liberty.localhost', '/')).status).toBe(503);
    await home.done('start', '--tenant', 'late');
    expect((await home.get('late.localhost', '/')).status).toBe(200);
  }, 60_000);
});

describe('a home in the foreground, while its tenants start a few at a time', () => {
  let child: ChildProcess;

  beforeEach(async () => {
    await home.done('stop', '--all');
    const entry = join(checkoutDir, 'dist/apps/tenantry/src/main.js');
    child = spawn(pinnedNode, [entry, 'start', '--all', '--foreground'], {
      cwd: home.dir,
      env: { PATH: process.env['PATH'], TENANTRY_HOME: home.dir },
      stdio: 'ignore',
    });
  }, 60_000);

  afterEach(() => {
    child.kill('SIGKILL');
  });

  /** As soon as the gateway listens. */
  async function firstAnswer(host: string): Promise<number> {
    for (;;) {
      const answer = await home.get(host, '/').catch(() => undefined);
      if (answer !== undefined) return answer.status;
      if (child.exitCode !== null) throw new TypeError(`it ended with ${child.exitCode}`);
      await pause(30);
    }
  }

  async function interrupted(): Promise<unknown> {
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number | null];
    return { code, left: readdirSync(join(home.dir, 'run/pids')) };
  }

  it('starts the last in the line as soon as somebody asks for it', async () => {
    expect(await firstAnswer('zed.localhost')).toBe(200);
    expect(await interrupted()).toEqual({ code: 130, left: [] });
  }, 60_000);

  it('ends when it is interrupted, and starts no other tenant first', async () => {
    await firstAnswer('nobody.localhost');
    expect(await interrupted()).toEqual({ code: 130, left: [] });
  }, 60_000);
});

describe('a home in the background, while its tenants start a few at a time', () => {
  it('leaves none of them stopped', async () => {
    await home.done('stop', '--all');
    const seen = new Set<string>();
    let isOver = false;
    const watch = (async () => {
      while (!isOver) {
        const { tenants } = (await home.done('status', '--json')).json<Status>();
        const isUnderWay = tenants.some(({ state }) => state === 'starting');
        if (isUnderWay) for (const { state } of tenants) seen.add(state);
      }
    })();
    await home.done('start', '--all');
    isOver = true;
    await watch;
    expect([...seen]).toContain('starting');
    expect([...seen]).not.toContain('stopped');
  }, 60_000);
});

describe('a folder for the sockets that others can write to', () => {
  it('is refused', async () => {
    await home.done('stop', '--all');
    const folder = socketFolder ?? '';
    // Nobody listens any more.
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const ran = await home.run('start', '--all', '--foreground');
    expect(ran).toMatchObject({ code: 4 });
    expect(ran.stderr).toContain(`${socketFolder}: expected a folder that only you can write to, found`);
    // While it is there, nothing can be stopped either.
    rmSync(folder, { recursive: true });
  }, 60_000);
});
