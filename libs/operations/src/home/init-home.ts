import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FailedError, RefusedError, Secret, UsageError, writeFileAtomically } from '#libs/settings';
import { connectServer } from '#libs/database';
import { type Surroundings, createDependencies } from '../dependencies.js';
import { errorText } from '../outcome.js';
import { appendToRuns, newRunId } from '../timeline.js';
import { refreshSettingsSchemas } from '../settings/settings-schema.js';

export interface InitRequest {
  readonly dir: string;
  readonly cwd: string;
  readonly postgresUrl?: string | undefined;
  /** As typed; checked here. */
  readonly port?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly plan: boolean;
  /** Given: the schema for the editors of overlays is written, too. */
  readonly surroundings?: Omit<Surroundings, 'home' | 'cwd' | 'env'>;
  /** A throw-away home: it may name its tenants to visitors, and its Postgres need not survive a power cut. */
  readonly isDemo?: boolean;
}

export interface InitResult {
  readonly home: string;
  readonly postgres: 'embedded' | 'server';
  /** Null for a plan, and for a throw-away home. */
  readonly run: string | null;
  readonly plan: boolean;
  readonly text: string;
}

export class HomeExists extends RefusedError {
  override readonly code = 'HOME_EXISTS';
}

const folders = ['tenants', 'releases', 'run', 'state', 'backups'] as const;

/**
 * Lays out a home: `tenantry.yaml` and the folders beside it. A server that is named is tried first, so that a
 * wrong address or password is found before anything is written. `tenantry.yaml` comes last: a folder without it
 * is no home, so a half laid-out one is simply laid out again.
 */
export async function initHome(request: InitRequest): Promise<InitResult> {
  const home = resolve(request.cwd, request.dir);
  refuseTaken(home);
  const server =
    request.postgresUrl === undefined ? undefined : parseServerUrl(request.postgresUrl, request.env);
  const port = parsePort(request.port ?? '8080');
  if (server) await (await connectServer(server)).end();
  if (!request.plan)
    writeHome(home, hostSettingsText(server, port, request.isDemo ?? false), server?.password);
  const run = request.plan ? null : await recordRun(home, request);
  const steps = [`make ${home} with ${folders.join(', ')}`, 'write tenantry.yaml'];
  const next = ['Next:', `  cd ${quote(home)}`, '  tenantry tenant create acme'];
  const text = request.plan
    ? ['Would:', ...steps.map((step) => `  ${step}`)].join('\n')
    : [`${home} is a home now.`, ...(run === null ? [] : [`Run ${run}.`]), ...next].join('\n');
  return { home, postgres: server ? 'server' : 'embedded', run, plan: request.plan, text };
}

/** What an operator's command adds to a home: the schemas for editors, and the first entry of its list of runs. */
async function recordRun(home: string, { surroundings, cwd, env }: InitRequest): Promise<string | null> {
  if (surroundings === undefined) return null;
  const dependencies = createDependencies({ ...surroundings, home, cwd, env });
  await refreshSettingsSchemas(dependencies);
  const run = newRunId(dependencies.now());
  const { command } = surroundings;
  appendToRuns(dependencies.home.paths, {
    at: dependencies.now().toISOString(),
    run,
    command,
    event: 'init',
  });
  return run;
}

function refuseTaken(home: string): void {
  if (existsSync(join(home, 'tenantry.yaml'))) {
    throw new HomeExists(`${home}: is a home already.`, { hint: 'Choose another folder.' });
  }
  if (!existsSync(home)) return;
  const found = listFolder(home).filter((name) => !(folders as readonly string[]).includes(name));
  if (found.length > 0) {
    throw new HomeExists(`${home}: expected an empty folder, found ${found.slice(0, 3).join(', ')}.`, {
      hint: 'Choose a new or an empty folder.',
    });
  }
}

function listFolder(home: string): string[] {
  try {
    return readdirSync(home);
  } catch (error) {
    throw new UsageError(`${home}: is no folder that can be read: ${errorText(error)}.`, {
      hint: 'Choose a new or an empty folder.',
      cause: error,
    });
  }
}

interface NamedServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly ssl: 'off' | 'verify' | 'require';
  readonly password?: Secret;
}

/** `postgres://user:password@host:port/database?sslmode=require`; the password may also come from PGPASSWORD. */
function parseServerUrl(text: string, env: NodeJS.ProcessEnv): NamedServer {
  const url = URL.parse(text);
  if (
    !url ||
    !['postgres:', 'postgresql:'].includes(url.protocol) ||
    !(url.hostname || url.searchParams.get('host'))
  ) {
    // The URL may hold a password: it is not repeated.
    throw new UsageError('--postgres: expected postgres://USER@HOST:PORT/DATABASE, found something else.', {
      hint: 'Example: --postgres postgres://postgres@db1.internal:5432/postgres with PGPASSWORD set.',
    });
  }
  const password = decodeURIComponent(url.password) || env['PGPASSWORD'];
  const sslMode = url.searchParams.get('sslmode') ?? 'disable';
  const ssl = sslMode === 'disable' ? 'off' : sslMode.startsWith('verify') ? 'verify' : 'require';
  return {
    host: url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username) || 'postgres',
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ssl,
    ...(password ? { password: new Secret(password) } : {}),
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new UsageError(`--port: expected an integer from 1 to 65535, found "${text}".`, {
      hint: 'Example: --port 8080.',
    });
  }
  return port;
}

function writeHome(home: string, hostSettings: string, password: Secret | undefined): void {
  const isNew = !existsSync(home);
  try {
    makeFolder(home);
    for (const folder of folders) makeFolder(join(home, folder));
    if (password) {
      writeFileAtomically(
        join(home, 'secrets.yaml'),
        `# Passwords of the servers of tenantry.yaml.\npostgres:\n  servers:\n    main:\n      password: ${JSON.stringify(password.reveal())}\n`,
        0o600,
      );
    }
    writeFileAtomically(join(home, 'tenantry.yaml'), hostSettings, 0o644);
  } catch (error) {
    rmSync(isNew ? home : join(home, 'secrets.yaml'), { recursive: true, force: true });
    throw new FailedError(`${home}: cannot be written: ${errorText(error)}.`, {
      hint: 'Check its permissions and the free space, then run the command again.',
      cause: error,
    });
  }
}

/** By hand: below /proc, whose mkdir(2) says ENOENT, Node's own `recursive` tries for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o755 });
}

function hostSettingsText(server: NamedServer | undefined, port: number, isDemo: boolean): string {
  const lines = server
    ? [
        `      host: ${JSON.stringify(server.host)}`,
        `      port: ${server.port}`,
        `      user: ${JSON.stringify(server.user)}`,
        `      database: ${JSON.stringify(server.database)}`,
        `      ssl: ${server.ssl}`,
      ]
    : ['      embedded: true', ...(isDemo ? ['      durable: false'] : [])];
  return [
    '# Settings of this host. A tenant cannot change what stands here.',
    'postgres:',
    '  default: main',
    '  servers:',
    '    main:',
    ...lines,
    'gateway:',
    '  host: 127.0.0.1',
    `  port: ${port}`,
    ...(isDemo ? ['development: true'] : []),
    '',
  ].join('\n');
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
