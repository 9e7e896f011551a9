import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Guardian, startGuardian } from '#libs/processes';
import { type Dependencies, createDependencies } from '../dependencies.js';
import type { Report } from '../report.js';
import { initHome } from './init-home.js';
import { postgresVerbs } from './postgres.js';

export interface ThrowawayHome {
  /** What it is for, in its folder's name. */
  readonly purpose: 'demo' | 'build';
  readonly codeRoot: string;
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly command: string;
  /** The gateway's; nothing listens there unless the home is served. */
  readonly port: number;
  readonly report: Report;
  /** Writes into the new home before its settings are read. */
  readonly furnish?: (home: string) => void;
}

/**
 * Does some work in a home with a Postgres of its own, below the system's temporary folder. Whatever happens to this
 * process, a guardian ends what it started and removes what it wrote.
 */
export async function inThrowawayHome<T>(
  request: ThrowawayHome,
  work: (dependencies: Dependencies, guardian: Guardian) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), `tenantry-${request.purpose}-`));
  // Started by root, Postgres runs as another user, who has to get at its data in here.
  chmodSync(home, 0o711);
  const guardian = await startGuardian({ paths: [home] });
  try {
    const { env, port } = request;
    await initHome({ dir: home, cwd: home, port: String(port), env, plan: false, isDemo: true });
    request.furnish?.(home);
    const dependencies = dependenciesOf(request, home, request.signal);
    request.report.step('starting Postgres');
    const { pid } = await postgresVerbs.start(dependencies);
    guardian.guard(pid === null ? {} : { pids: [pid] });
    return await work(dependencies, guardian);
  } finally {
    await remove(request, home);
    await guardian.dismiss();
  }
}

function dependenciesOf(request: ThrowawayHome, home: string, signal: AbortSignal): Dependencies {
  const { codeRoot, entry, env, command, report } = request;
  return createDependencies({
    ...{ home, cwd: home, codeRoot, entry, signal, command, report },
    env: { ...env, TENANTRY_HOME: home },
  });
}

/** Whatever was reached is ended here, also after Ctrl-C; what fails is left to the guardian. */
async function remove(request: ThrowawayHome, home: string): Promise<void> {
  if (readdirSync(home).includes('tenantry.yaml')) {
    await postgresVerbs.stop(dependenciesOf(request, home, new AbortController().signal));
  }
  rmSync(home, { recursive: true, force: true });
}
