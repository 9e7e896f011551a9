import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../testing/eventually.js';
import { processStartTime } from '../process-table.js';
import { readPidFile, endProcesses } from '../pid-file.js';
import { connectControl } from './client.js';

const program = fileURLToPath(new URL('../testing/fake-supervisor.js', import.meta.url));
let folder: string;
let socket: string;
let spawned: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-'));
  socket = join(folder, 'supervisor.sock');
  spawned = [];
});

afterEach(async () => {
  for (const child of spawned) child.kill('SIGKILL');
  await Promise.all(
    ['acme', 'liberty'].map((name) => endProcesses(readPidFile(join(folder, `${name}.pid`)), 0)),
  );
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly pids: number[];
  readonly ended: number[];
}

function run(mode: string, ...tenants: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, folder, mode, ...tenants], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  spawned.push(child);
  return child;
}

async function start(mode: string, ...tenants: string[]): Promise<Started> {
  const child = run(mode, ...tenants);
  if (child.stdout === null) throw new TypeError('no stdout');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { pids: number[]; ended: number[] }) };
}

async function connected(): Promise<NonNullable<Awaited<ReturnType<typeof connectControl>>>> {
  const client = await connectControl(socket);
  if (client === undefined) throw new TypeError('no supervisor');
  return client;
}

function allGone(pids: readonly number[]): Promise<boolean> {
  return eventually(
    () => pids.every((pid) => processStartTime(pid) === undefined),
    (gone) => gone,
  );
}

describe('a killed supervisor', () => {
  it('leaves no tenant process behind', async () => {
    const { child, pids } = await start('well', 'acme', 'liberty');
    expect(pids.every((pid) => processStartTime(pid) !== undefined)).toBe(true);
    child.kill('SIGKILL');
    expect(await allGone(pids)).toBe(true);
  });

  it('leaves hung ones to the next, which ends exactly those', async () => {
    const { child, pids } = await start('stubborn', 'acme');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processStartTime(pids[0] ?? 0)).toBeDefined();
    const next = await start('well', 'acme');
    expect(next.ended).toEqual(pids);
    expect(processStartTime(pids[0] ?? 0)).toBeUndefined();
  });
});

describe('the lock', () => {
  it('is held by one supervisor; the second exits 75 and names the first', async () => {
    const { child } = await start('well');
    const second = run('well');
    if (second.stderr === null) throw new TypeError('no stderr');
    const [said, [code]] = await Promise.all([text(second.stderr), once(second, 'exit')]);
    expect(code).toBe(75);
    expect(JSON.parse(said)).toMatchObject({
      code: 'SUPERVISOR_RUNNING',
      message: `supervisor: this home is already served by process ${child.pid}.`,
    });
  });

  it('of a killed one does not stick', async () => {
    const { child } = await start('well');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(socket)).toBe(true);
    expect(await connectControl(socket)).toBeUndefined();
    const next = await start('well');
    expect(await (await connected()).status()).toMatchObject({ pid: next.child.pid });
  });

  it('goes to one of several that find a stale file at once', async () => {
    const { child } = await start('well');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const starters = Array.from({ length: 4 }, () => run('well'));
    const refused = new Set<ChildProcess>();
    for (const starter of starters) starter.once('exit', () => refused.add(starter));
    await eventually(
      () => refused.size,
      (count) => count === 3,
    );
    const winner = starters.find((starter) => !refused.has(starter));
    expect(await (await connected()).status()).toMatchObject({ pid: winner?.pid });
  });

  it('takes the place of a file that is no socket', async () => {
    writeFileSync(socket, 'notes');
    await start('well');
    expect(statSync(socket).isSocket()).toBe(true);
  });

  it('can only be spoken to by its owner', async () => {
    await start('well');
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });
});

describe('commands', () => {
  it('start, restart and stop a tenant, and tell what there is', async () => {
    const { child } = await start('well');
    const client = await connected();
    const started = await client.start('acme');
    expect(started).toMatchObject({ tenant: 'acme', state: 'running' });
    const restarted = await client.restart('acme');
    expect(restarted.pid).not.toBe(started.pid);
    expect(await client.status()).toMatchObject({
      pid: child.pid,
      gateway: { host: '127.0.0.1', port: 8080 },
      tenants: [{ tenant: 'acme', state: 'running', pid: restarted.pid }],
    });
    expect(await client.stop('acme')).toMatchObject({ state: 'stopped', pid: null });
  });

  it('fail with the error as it was, code and exit code included', async () => {
    await start('well');
    const client = await connected();
    await expect(client.start('refusing')).rejects.toMatchObject({
      name: 'SupervisorError',
      code: 'TENANT_REFUSED',
      exitCode: 78,
      tenant: 'refusing',
      message: 'acme: database "tenant_liberty" carries liberty\'s stamp. Nothing was written.',
      hint: 'Correct it, then run `tenantry start refusing`.',
    });
  });

  it('shut it down, and wait until it is gone with all that it ran', async () => {
    const { child, pids } = await start('well', 'acme');
    await (await connected()).shutdown();
    expect(processStartTime(child.pid ?? 0)).toBeUndefined();
    expect(pids.map(processStartTime)).toEqual([undefined]);
    expect(await connectControl(socket)).toBeUndefined();
  });

  it('find nobody where no supervisor ever was', async () => {
    expect(await connectControl(join(folder, 'none.sock'))).toBeUndefined();
  });

  it('do not take another program for a supervisor', async () => {
    const other = createServer((connection) => connection.end('hello\n')).listen(socket);
    await once(other, 'listening');
    await expect(connectControl(socket)).rejects.toMatchObject({ code: 'CONTROL_FAILED', exitCode: 1 });
    other.close();
  });
});
