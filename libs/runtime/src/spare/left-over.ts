import { FailedError } from '#libs/settings';

import type { DryBoot } from './dry-boot.js';

/** Something of the dry boot is still there. */
export class SpareNotClean extends FailedError {
  override readonly code = 'SPARE_NOT_CLEAN';
}

type Emitter = Pick<NodeJS.Process, 'eventNames' | 'listenerCount'>;

/** What is open or waits in a process: nothing in here is allowed to grow by a dry boot. */
export interface Inventory {
  /** Timers, sockets, servers, requests that keep it alive, by kind; the channel to the supervisor is not one. */
  readonly resources: ReadonlyMap<string, number>;
  /** Listeners for the process's own events. */
  readonly listeners: ReadonlyMap<string, number>;
  readonly environment: string;
  readonly cwd: string;
  readonly umask: number;
}

export function takeInventory({ env, cwd }: Pick<DryBoot, 'env' | 'cwd'>): Inventory {
  return {
    resources: count(process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')),
    listeners: listenersOf(process),
    environment: JSON.stringify(env, Object.keys(env).toSorted()),
    cwd: cwd(),
    umask: process.umask(),
  };
}

/** Throws SpareNotClean, and says what, when there is more than before: such a process must not get a tenant. */
export function refuseLeftOvers(before: Inventory, now: Inventory): void {
  const left = [
    ...grown(before.resources, now.resources).map((name) => `an open ${name}`),
    ...grown(before.listeners, now.listeners).map((name) => `a listener for "${name}"`),
    ...(before.environment === now.environment ? [] : ['a changed environment']),
    ...(before.cwd === now.cwd ? [] : ['another working directory']),
    ...(before.umask === now.umask ? [] : ['another umask']),
  ];
  if (left.length === 0) return;
  throw new SpareNotClean(`spare: its dry boot left ${left.join(', ')} behind.`, {
    hint: 'Let the application close in onApplicationShutdown what it opens, or set spares: 0 in tenantry.yaml.',
  });
}

function listenersOf(emitter: Emitter): Map<string, number> {
  return new Map(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function grown(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): string[] {
  return [...now].flatMap(([name, found]) => (found > (before.get(name) ?? 0) ? [name] : []));
}
