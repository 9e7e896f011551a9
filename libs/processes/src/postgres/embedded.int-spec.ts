import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectServer } from '#libs/database';
import { Secret } from '#libs/settings';
import { embeddedPostgresStatus, startEmbeddedPostgres, type StartOptions } from './embedded.js';
import { PostgresDidNotStart, UnusableDataFolder } from './errors.js';
import { stopEmbeddedPostgres } from './stop.js';

const isRoot = process.getuid?.() === 0;
const mountSmallDisk = canMount() ? mount : undefined;

function mount(at: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=0711', 'tmpfs', at], { stdio: 'ignore' });
}

function canMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'mount-'));
  try {
    mount(at);
    execFileSync('umount', [at]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(at, { recursive: true });
  }
}

const password = new Secret('correct-horse');

let dir: string;
let started: StartOptions[];

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-')));
  chmodSync(dir, 0o711);
  started = [];
});

afterEach(async () => {
  for (const options of started) await stopEmbeddedPostgres(options);
  rmSync(dir, { recursive: true, force: true });
});

let cluster: string;

beforeAll(async () => {
  cluster = mkdtempSync(join(tmpdir(), 'cluster-'));
  const options = settingsOf(cluster);
  await startEmbeddedPostgres(options);
  await stopEmbeddedPostgres(options);
});

afterAll(() => rmSync(cluster, { recursive: true, force: true }));

/** A home's server whose data are there already, which saves each test an initdb. */
function preparedServer(): StartOptions {
  const options = server();
  mkdirSync(dirname(options.dataDir), { recursive: true });
  // cp keeps the owner, which Node's own copying does not.
  execFileSync('cp', ['-a', settingsOf(cluster).dataDir, options.dataDir]);
  return options;
}

/** A home's server; stopped after the test. */
function server(home = dir): StartOptions {
  const options = settingsOf(home);
  started.push(options);
  return options;
}

function settingsOf(home: string): StartOptions {
  return {
    name: 'main',
    dataDir: join(home, 'postgres', 'main'),
    runFile: join(home, 'run', 'postgres-main.json'),
    socketDir: join(home, 'run'),
    logFile: join(home, 'run', 'log', 'postgres-main.log'),
    password,
    durable: false,
  };
}

async function whoAmI({ host, port }: { host: string; port: number }, secret = password): Promise<unknown> {
  const connection = await connectServer({
    host,
    port,
    user: 'postgres',
    database: 'postgres',
    password: secret,
    ssl: 'off',
  });
  try {
    return (await connection.query('SELECT current_user AS name')).rows[0].name;
  } finally {
    await connection.end();
  }
}

describe('startEmbeddedPostgres', () => {
  it('starts a server that asks for its password, on the socket and on the loopback address', async () => {
    const running = await startEmbeddedPostgres(server());
    expect(await whoAmI(running)).toBe('postgres');
    expect(await whoAmI({ ...running, host: '127.0.0.1' })).toBe('postgres');
    await expect(whoAmI(running, new Secret('wrong'))).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await expect(whoAmI({ ...running, host: '127.0.0.1' }, new Secret('wrong'))).rejects.toThrow(
      'wrong password',
    );
  });

  it('keeps data, port and password over a restart, and its files to itself', async () => {
    const options = preparedServer();
    const first = await startEmbeddedPostgres(options);
    expect(JSON.parse(readFileSync(options.runFile, 'utf8'))).toMatchObject({
      host: first.host,
      port: first.port,
      pid: first.pid,
    });
    expect(statSync(options.dataDir).mode & 0o777).toBe(0o700);
    expect(statSync(options.logFile).mode & 0o777).toBe(0o600);
    expect(await stopEmbeddedPostgres(options)).toBe(true);
    expect(existsSync(options.runFile)).toBe(false);
    expect(existsSync(first.host)).toBe(false);
    expect(await embeddedPostgresStatus(options)).toEqual({ state: 'stopped' });
    expect(await stopEmbeddedPostgres(options)).toBe(false);
    const second = await startEmbeddedPostgres({ ...options, password: new Secret('another') });
    expect(second.port).toBe(first.port);
    expect(await whoAmI(second)).toBe('postgres');
    expect(readdirSync(dirname(options.dataDir)).filter((name) => !name.startsWith('.native'))).toEqual([
      'main',
    ]);
  });

  it('finds the server that runs, and its run file again', async () => {
    const options = preparedServer();
    const first = await startEmbeddedPostgres(options);
    rmSync(options.runFile);
    expect(await startEmbeddedPostgres(options)).toMatchObject({ pid: first.pid });
    expect(existsSync(options.runFile)).toBe(true);
    expect(await embeddedPostgresStatus(options)).toMatchObject({
      state: 'running',
      pid: first.pid,
      port: first.port,
    });
  });

  it('starts one server for three commands at once', async () => {
    const options = server();
    const running = await Promise.all([options, options, options].map((each) => startEmbeddedPostgres(each)));
    expect(new Set(running.map(({ pid }) => pid)).size).toBe(1);
    expect(await whoAmI(running[0] ?? { host: '', port: 0 })).toBe('postgres');
    expect(readdirSync(options.socketDir).filter((name) => name.startsWith('postgres-main'))).toHaveLength(2);
  });

  it('starts again after it was killed', async () => {
    const options = preparedServer();
    const first = await startEmbeddedPostgres(options);
    process.kill(first.pid, 'SIGKILL');
    await new Promise((done) => setTimeout(done, 300));
    expect(await embeddedPostgresStatus(options)).toEqual({ state: 'stopped' });
    const second = await startEmbeddedPostgres(options);
    expect(second.pid).not.toBe(first.pid);
    expect(await whoAmI(second)).toBe('postgres');
  });

  it('takes another port when its own is taken', async () => {
    const options = preparedServer();
    const { port } = await startEmbeddedPostgres(options);
    await stopEmbeddedPostgres(options);
    const squatter = createServer().listen(port, '127.0.0.1');
    await new Promise((done) => squatter.once('listening', done));
    const second = await startEmbeddedPostgres(options);
    squatter.close();
    expect(second.port).not.toBe(port);
    expect(await whoAmI(second)).toBe('postgres');
  });

  it('lives in paths with spaces, commas and quotes', async () => {
    // 0700, as mkdtemp makes it: below the temporary folder it is opened for the server's user.
    const home = join(dir, `a home, "of" our's`);
    mkdirSync(home, { mode: 0o700 });
    expect(await whoAmI(await startEmbeddedPostgres(server(home)))).toBe('postgres');
  });

  it('moves its socket where the path would be too long for one', async () => {
    const home = join(dir, 'long'.repeat(25));
    mkdirSync(home);
    const options = server(home);
    const running = await startEmbeddedPostgres(options);
    expect(Buffer.byteLength(running.host)).toBeLessThan(80);
    expect(await whoAmI(running)).toBe('postgres');
    await stopEmbeddedPostgres(options);
    expect(existsSync(running.host)).toBe(false);
  });

  it('refuses a folder that holds something else, and leaves it', async () => {
    const options = server();
    mkdirSync(options.dataDir, { recursive: true });
    writeFileSync(join(options.dataDir, 'thesis.txt'), 'x');
    await expect(startEmbeddedPostgres(options)).rejects.toThrow(
      `${options.dataDir}: is not empty and holds no Postgres data (no PG_VERSION).`,
    );
    expect(readdirSync(options.dataDir)).toEqual(['thesis.txt']);
  });

  it('refuses the data of another major version', async () => {
    const options = server();
    mkdirSync(options.dataDir, { recursive: true });
    writeFileSync(join(options.dataDir, 'PG_VERSION'), '14\n');
    const start = startEmbeddedPostgres(options);
    await expect(start).rejects.toThrow(UnusableDataFolder);
    await expect(start).rejects.toThrow(/holds data of Postgres 14, but the installed server is 18\.$/);
  });

  it('says what the server said when its data are broken, and leaves no socket folder', async () => {
    const options = preparedServer();
    await startEmbeddedPostgres(options);
    await stopEmbeddedPostgres(options);
    rmSync(join(options.dataDir, 'global', 'pg_control'));
    const start = startEmbeddedPostgres(options);
    await expect(start).rejects.toThrow(PostgresDidNotStart);
    await expect(start).rejects.toThrow(/global\/pg_control": No such file or directory$/);
    expect(existsSync(join(options.socketDir, 'postgres-main'))).toBe(false);
  });

  it('removes what a command that was killed while it made the data has left', async () => {
    const options = preparedServer();
    mkdirSync(`${options.dataDir}.new-999999999-abcdef01`, { recursive: true });
    await startEmbeddedPostgres(options);
    expect(readdirSync(dirname(options.dataDir)).filter((name) => !name.startsWith('.native'))).toEqual([
      'main',
    ]);
  });

  it('outlives the command that started it', async () => {
    const options = preparedServer();
    const { password: _, ...plain } = options;
    const script = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('index.js', import.meta.url).href)});
      const { Secret } = await import(${JSON.stringify(new URL('../../../settings/src/index.js', import.meta.url).href)});
      await startEmbeddedPostgres({ ...${JSON.stringify(plain)}, password: new Secret('correct-horse') });
      process.kill(0, 'SIGINT');`;
    const command = spawn(process.execPath, ['--input-type=module', '-e', script], {
      detached: true,
      stdio: 'ignore',
    });
    await new Promise((done) => command.once('exit', done));
    const status = await embeddedPostgresStatus(options);
    expect(status.state).toBe('running');
  });

  // Needs a small file system of its own, which only root can mount, and not in every container.
  (mountSmallDisk === undefined ? it.skip : it)(
    'says that the disk is full, and leaves nothing on it',
    async () => {
      const disk = join(dir, 'disk');
      mkdirSync(disk);
      mountSmallDisk?.(disk);
      try {
        await expect(startEmbeddedPostgres(server(disk))).rejects.toThrow(
          new RegExp(`^${disk}/postgres: the disk is full, \\d+ MB are free\\.$`),
        );
        expect(readdirSync(join(disk, 'postgres'))).toEqual([]);
      } finally {
        execFileSync('umount', ['--lazy', disk]);
      }
    },
  );

  (isRoot ? it : it.skip)('as root, keeps its data outside a home that its user cannot reach', async () => {
    const closed = mkdtempSync('/var/tmp/closed-');
    const home = join(closed, 'home');
    const options = server(home);
    const running = await startEmbeddedPostgres(options);
    expect(await whoAmI(running)).toBe('postgres');
    expect(lstatSync(options.dataDir).isSymbolicLink()).toBe(true);
    expect(realpathSync(options.dataDir)).toMatch(/^\/var\/lib\/tenantry\/main-\w{6}\/data$/);
    expect(statSync(closed).mode & 0o777).toBe(0o700);
    expect(statSync(options.dataDir).uid).not.toBe(0);
    await stopEmbeddedPostgres(options);
    const again = await startEmbeddedPostgres(options);
    expect(again.port).toBe(running.port);
    await stopEmbeddedPostgres(options);
    rmSync(dirname(realpathSync(options.dataDir)), { recursive: true });
    rmSync(closed, { recursive: true });
  });
});
