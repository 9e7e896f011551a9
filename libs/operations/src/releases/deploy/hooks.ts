import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '#libs/settings';
import { runCommand } from '#libs/processes';
import type { Dependencies } from '../../dependencies.js';
import { lockTokens } from '../../lock.js';
import type { DeployJournal } from './journal.js';

export const hookNames = ['pre-deploy', 'post-migrate', 'post-flip', 'post-deploy', 'deploy-failed'] as const;
export type HookName = (typeof hookNames)[number];

export class HookFailed extends FailedError {
  override readonly code = 'HOOK_FAILED';
}

export interface HookCall {
  readonly journal: DeployJournal;
  /** Lets the hook's own commands work under the deploy's lock. */
  readonly token: string;
}

const timeoutMs = 15 * 60_000;

/**
 * Runs `hooks/<name>` of the home where it is there and executable; its lines are progress. Throws HookFailed when it
 * ends otherwise than with 0.
 */
export async function runHook(dependencies: Dependencies, name: HookName, call: HookCall): Promise<void> {
  const { home, report } = dependencies;
  const file = join(home.paths.home, 'hooks', name);
  if (!isRunnable(dependencies, file)) return;
  report.step(`hook ${name}`);
  const env = hookEnvironment(dependencies, call);
  let last: string | undefined;
  const onLine = (line: string): void => {
    if (line.trim() === '') return;
    report.step(`${name}: ${line}`);
    last = line;
  };
  const { code } = await runCommand({ command: file, args: [], cwd: home.paths.home, env, timeoutMs, onLine });
  if (code === 0) return;
  throw new HookFailed(`hooks/${name}: exit ${code}${last === undefined ? '' : `: ${last}`}`, { file });
}

function isRunnable({ report }: Pick<Dependencies, 'report'>, file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    report.warn(`${file}: is not executable, and is left out.`);
    return false;
  }
}

/** All that a hook is told; docs/deploying.md lists it. */
function hookEnvironment(
  { home, env }: Pick<Dependencies, 'home' | 'env'>,
  { journal, token }: HookCall,
): Record<string, string> {
  const failed = Object.entries(journal.tenants).filter(([, { state }]) => state === 'failed');
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = env;
  return {
    ...{ PATH, HOME, LANG, TENANTRY_HOME: home.paths.home, TENANTRY_RUN: journal.run },
    ...{ TENANTRY_VERB: journal.verb, TENANTRY_RELEASE: journal.release },
    TENANTRY_FROM: journal.from ?? '',
    TENANTRY_FAILED: failed.map(([tenant]) => tenant).join(','),
    TENANTRY_ERROR: journal.error ?? '',
    [lockTokens]: [env[lockTokens], token].filter(Boolean).join(','),
  };
}
