import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { exitCodes, FailedError } from '#libs/settings';

import { collectGarbage } from '../process/collect-garbage.js';
import { type DryBoot, dryBoot } from './dry-boot.js';
import { type Inventory, refuseLeftOvers, takeInventory } from './left-over.js';

/** With the environment that is to become the tenant's. */
export interface SpareBoot extends DryBoot {
  readonly env: NodeJS.ProcessEnv;
}

/** What the supervisor says to a spare process when there is a tenant for it. */
export interface Become {
  readonly type: 'become';
  /** The whole environment of the tenant's process. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export class NotRedirected extends FailedError {
  override readonly code = 'NOT_REDIRECTED';
}

/** Sockets and timers of the dry boot go in the turns after it. */
const settleMs = 50;
const patienceMs = 2_000;

/** Whether this process was started as a spare: without a tenant, before there is need of it. */
export function isSpare(env: NodeJS.ProcessEnv): boolean {
  return env['TENANTRY_SPARE'] === '1' && process.send !== undefined;
}

/**
 * Boots dry, then waits for the supervisor to name a tenant. Resolves when environment, standard output and standard
 * error of this process are that tenant's: from here on it starts as if it had just been spawned. Throws what kept it
 * from booting, and SpareNotClean where the application leaves something open.
 */
export async function awaitTenant(boot: SpareBoot): Promise<void> {
  const leave = (): never => process.exit(exitCodes.done);
  process.on('SIGTERM', leave).on('SIGINT', leave).on('disconnect', leave);
  const before = takeInventory(boot);
  await dryBoot(boot);
  await refuseUnlessClean(boot, before);
  collectGarbage({});
  const { env, logFile } = await told();
  process.off('SIGTERM', leave).off('SIGINT', leave).off('disconnect', leave);
  redirect(1, logFile);
  redirect(2, logFile);
  replaceEnvironment(boot.env, env);
}

async function refuseUnlessClean(boot: DryBoot, before: Inventory): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    await sleep(settleMs);
    try {
      return refuseLeftOvers(before, takeInventory(boot));
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

function told(): Promise<Become> {
  return new Promise((resolve) => {
    const listener = (message: unknown): void => {
      if (!isBecome(message)) return;
      process.off('message', listener);
      resolve(message);
    };
    process.on('message', listener);
    process.send?.({ type: 'spare' }, () => {});
  });
}

function isBecome(message: unknown): message is Become {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'become';
}

/**
 * Node has no dup2(2). The lowest free descriptor is the one that is opened next (open(2)), so what even a crash of V8
 * itself prints goes to the tenant's log from here on.
 */
function redirect(fd: 1 | 2, file: string): void {
  closeSync(fd);
  const opened = openSync(file, 'a', 0o640);
  if (opened !== fd) throw new NotRedirected(`spare: descriptor ${fd} could not be turned to ${file}.`);
}

function replaceEnvironment(present: NodeJS.ProcessEnv, next: Become['env']): void {
  for (const name of Object.keys(present)) delete present[name];
  Object.assign(present, next);
}
