import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FailedError, RefusedError, TenantryError, UsageError } from '#libs/settings';
import { connectServer } from '#libs/database';
import { type Surroundings, createDependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { errorText } from '../outcome.js';
import { appendToRuns, newRunId } from '../timeline.js';
import { refreshSettingsSchemas } from '../settings/settings-schema.js';
import { hostSettingsText } from './host-settings-text.js';
import { parsePort, parseServerUrl } from './init-options.js';
import {
  type HomeFiles,
  homeFiles,
  homeFolders,
  isDraftOf,
  makeFolders,
  removeFolders,
  writeHomeFiles,
} from './write-home.js';

export interface InitRequest {
  readonly dir: string;
  readonly cwd: string;
  readonly postgresUrl?: string | undefined;
  /** As typed; checked here. */
  readonly port?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly plan: boolean;
  /** Of an operator's command: the folder is locked, the run recorded, and the schema for editors written, too. */
  readonly surroundings?: Omit<Surroundings, 'home' | 'cwd' | 'env'> & { readonly now: Date };
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

/**
 * Lays out a home: `tenantry.yaml` and the folders beside it. A server that is named is tried first, so that a
 * wrong address or password is found before anything is written. Of two that lay out the same folder at once, one does;
 * the other throws LockedError (exit 75), or HomeExists (exit 4) when the first has ended.
 */
export async function initHome(request: InitRequest): Promise<InitResult> {
  const home = resolve(request.cwd, request.dir);
  refuseTaken(home);
  const server =
    request.postgresUrl === undefined
      ? undefined
      : parseServerUrl(request.postgresUrl, request.env, request.cwd);
  const port = parsePort(request.port ?? '8080');
  if (server) await (await connectServer(server)).end();
  const hostSettings = hostSettingsText(server, port, request.isDemo ?? false);
  const run = request.plan ? null : await layOut(home, request, { hostSettings, password: server?.password });
  return {
    home,
    postgres: server ? 'server' : 'embedded',
    run,
    plan: request.plan,
    text: textOf(home, request, run),
  };
}

function textOf(home: string, request: InitRequest, run: string | null): string {
  const steps = [`make ${home} with ${homeFolders.join(', ')}`, 'write tenantry.yaml'];
  const next = ['Next:', `  cd ${quote(home)}`, '  tenantry tenant create acme'];
  return request.plan
    ? ['Would:', ...steps.map((step) => `  ${step}`)].join('\n')
    : [`${home} is a home now.`, ...(run === null ? [] : [`Run ${run}.`]), ...next].join('\n');
}

async function layOut(home: string, request: InitRequest, files: HomeFiles): Promise<string | null> {
  const made: string[] = [];
  try {
    makeFolders(home, made);
    return await alone(home, request, async () => {
      refuseHome(home);
      writeHomeFiles(home, files);
      return recordRun(home, request);
    });
  } catch (error) {
    if (error instanceof TenantryError) throw error;
    // Now that the lock's file is gone, too.
    removeFolders(made);
    throw new FailedError(`${home}: cannot be written: ${errorText(error)}.`, {
      hint: 'Check its permissions and the free space, then run the command again.',
      cause: error,
    });
  }
}

/** A throw-away home is in a folder that nobody else knows. */
async function alone<T>(home: string, { surroundings }: InitRequest, work: () => Promise<T>): Promise<T> {
  if (surroundings === undefined) return work();
  const file = join(home, 'run', 'locks', 'init.lock');
  return withLock({ file, what: home, command: surroundings.command, now: surroundings.now }, work);
}

/** What an operator's command adds to a home: the schemas for editors, and the first entry of its list of runs. */
async function recordRun(home: string, { surroundings, cwd, env }: InitRequest): Promise<string | null> {
  if (surroundings === undefined) return null;
  const dependencies = createDependencies({ ...surroundings, home, cwd, env });
  await refreshSettingsSchemas(dependencies);
  const { command, now } = surroundings;
  const run = newRunId(now);
  appendToRuns(dependencies.home.paths, {
    at: now.toISOString(),
    run,
    command,
    event: 'init',
  });
  return run;
}

function refuseTaken(home: string): void {
  refuseHome(home);
  if (!existsSync(home)) return;
  const ours = isHalfLaidOut(home) ? [...homeFolders, ...homeFiles] : homeFolders;
  const found = listFolder(home).filter((name) => !ours.some((own) => name === own || isDraftOf(own, name)));
  if (found.length > 0) {
    throw new HomeExists(`${home}: expected an empty folder, found ${found.slice(0, 3).join(', ')}.`, {
      hint: 'Choose a new or an empty folder.',
    });
  }
}

function refuseHome(home: string): void {
  if (!existsSync(join(home, 'tenantry.yaml'))) return;
  throw new HomeExists(`${home}: is a home already.`, { hint: 'Choose another folder.' });
}

/** By another command that is at it, as its lock will say, or by one that was killed. */
function isHalfLaidOut(home: string): boolean {
  return existsSync(join(home, 'run', 'locks'));
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

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
