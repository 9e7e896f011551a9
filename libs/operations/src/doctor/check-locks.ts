import { join } from 'node:path';
import { readLock, removeStale } from '../locks/lock-file.js';
import type { ShownLock } from '../locks/lock-verbs.js';
import { ownerSince } from '../locks/owner-text.js';
import type { Examined } from './examine.js';
import { found, type Found } from './finding.js';

/** Locks whose owner is gone, and tenants on which somebody is at work. */
export function checkLocks(examined: Examined): Found[] {
  return examined.locks.flatMap((lock) =>
    lock.state === 'stale' ? [stale(examined, lock)] : busy(examined, lock),
  );
}

function busy({ creations, lifecycle }: Examined, lock: ShownLock): Found[] {
  const tenant = /^tenant-(.+)$/.exec(lock.name)?.[1];
  if (tenant === undefined) return [];
  const isCutOff = creations.has(tenant) || lifecycle.some(({ tenants }) => tenants.includes(tenant));
  const what = `is being worked on${isCutOff ? '' : '; its database was not judged'}`;
  const told = { tenant, where: placeOf(lock), what, found: ownerSince(lock) };
  return [found('tenant-busy', { ...told, fix: 'Wait for it, then look again.' })];
}

function stale({ dependencies }: Examined, lock: ShownLock): Found {
  const file = join(dependencies.home.paths.run, 'locks', `${lock.name}.lock`);
  const owner = readLock(file);
  const repair = {
    ...{ key: `lock ${lock.name}`, tenant: null, does: `release the lock ${lock.name}` },
    run: () => removeStale(file, owner),
  };
  const what = 'a lock whose owner is gone; the next command takes it over';
  return found('lock-stale', { where: placeOf(lock), what, found: ownerSince(lock), repair });
}

function placeOf({ name }: ShownLock): string {
  return `run/locks/${name}.lock`;
}
