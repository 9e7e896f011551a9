import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  closeDatabase,
  type DatabaseNames,
  dropTenantDatabase,
  type Identity,
  NoSuchDatabase,
  openDatabase,
  renameDatabase,
  type TenantDatabase,
} from '#libs/database';
import { removeMediaRoot } from '#libs/media';
import { Secret, writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { reachServer } from '../home/postgres.js';
import { holdTenant, letGo } from '../releases/deploy/holds.js';
import { moveFolder } from './move-folder.js';
import { inverse, type Step } from './steps.js';
import { endTenant } from './tenant-life.js';
import { type DeletedTenant, recordName } from './trash.js';

/** Into the trash, in this order: what visitors see first, what cannot be mistaken for a tenant last. */
export function deleteSteps(dependencies: Dependencies, deleted: DeletedTenant): Step[] {
  return [
    stopStep(dependencies, deleted),
    ...databaseSteps(dependencies, deleted),
    ...mediaStep(deleted),
    folderStep(dependencies, deleted),
  ];
}

/** Back out of it; the folder last, since it makes a tenant of the rest. */
export function undeleteSteps(dependencies: Dependencies, deleted: DeletedTenant): Step[] {
  const { database, folder, mediaRoot } = deleted;
  const [close, names] = databaseSteps(dependencies, deleted);
  const back = names && database && inverse(names, `rename the database back to ${database.names.name}`);
  const open = close && inverse(close, 'let its roles log in again');
  const media = mediaStep(deleted).map((step) => inverse(step, `bring back ${mediaRoot?.from ?? ''}`));
  const home = inverse(folderStep(dependencies, deleted), `bring back ${folder.from}`);
  return [...[back ?? [], open ?? []].flat(), ...media, home];
}

/** For good, which cannot be undone. What is gone already is not missed. */
export function purgeSteps(dependencies: Dependencies, deleted: DeletedTenant): Step[] {
  const { tenant, id, database, mediaRoot, folder } = deleted;
  const steps: Omit<Step, 'undo'>[] = [];
  if (id !== null && database !== null) {
    const { server, trashed } = database;
    const does = `drop the database ${trashed.name} and its roles`;
    const drop = async (): Promise<void> =>
      dropDatabase(await databaseCalled(dependencies, server, trashed), { tenant, id });
    steps.push({ name: 'database', does, run: drop });
  }
  if (id !== null && mediaRoot !== null) {
    const remove = () => removeMediaRoot(mediaRoot.to, { tenant, id });
    steps.push({ name: 'media', does: `remove ${mediaRoot.to}`, run: remove });
  }
  const removeFolder = () => rmSync(folder.to, { recursive: true, force: true });
  steps.push({ name: 'folder', does: `remove ${folder.to}`, run: removeFolder });
  return steps.map((step) => ({ ...step, undo: () => {} }));
}

async function dropDatabase(db: TenantDatabase, identity: Identity): Promise<void> {
  try {
    await dropTenantDatabase(db, identity);
  } catch (error) {
    if (!(error instanceof NoSuchDatabase)) throw error;
  }
}

/** The tenant's database under some names; whoever goes there as admin needs none of its passwords. */
export async function databaseCalled(
  dependencies: Dependencies,
  server: string,
  names: DatabaseNames,
): Promise<TenantDatabase> {
  const none = new Secret('');
  return {
    ...names,
    server: await reachServer(dependencies, server),
    ...{ ownerPassword: none, runtimePassword: none },
  };
}

/** Whoever takes a verb back starts the tenant when all else is done: before that it is refused a start. */
export function stopStep(
  dependencies: Dependencies,
  { tenant, wasRunning }: { tenant: string; wasRunning: boolean },
): Step {
  return {
    ...{ name: 'stop', does: wasRunning ? `stop ${tenant}` : `make sure that ${tenant} does not run` },
    run: () => endTenant(dependencies, tenant),
    undo: () => {},
  };
}

/** Closing and renaming; none where it had no database. */
function databaseSteps(dependencies: Dependencies, { tenant, id, database }: DeletedTenant): Step[] {
  if (database === null || id === null) return [];
  const { server, names, trashed } = database;
  const identity: Identity = { tenant, id };
  const called = (which: DatabaseNames) => databaseCalled(dependencies, server, which);
  return [
    {
      ...{ name: 'close', does: `let nobody into the database ${names.name} any more` },
      run: async () => closeDatabase(await called(names), identity),
      undo: async () => openDatabase(await called(names), identity),
    },
    {
      ...{ name: 'names', does: `rename the database ${names.name} to ${trashed.name}, and its roles` },
      run: async () => renameDatabase(await called(names), identity, trashed),
      undo: async () => renameDatabase(await called(trashed), identity, names),
    },
  ];
}

function mediaStep({ mediaRoot }: DeletedTenant): Step[] {
  if (mediaRoot === null) return [];
  const { from, to } = mediaRoot;
  return [
    {
      ...{ name: 'media', does: `move ${from} to ${to}` },
      run: () => moveFolder({ from, to }),
      undo: () => moveFolder({ from: to, to: from }),
    },
  ];
}

/** Its record goes with it: whoever finds it there knows what it is. */
function folderStep(dependencies: Dependencies, deleted: DeletedTenant): Step {
  const { folder, tenant, hold } = deleted;
  const { from, to } = folder;
  return {
    ...{ name: 'folder', does: `move ${from} to ${to}` },
    run: async () => {
      const text = `${JSON.stringify(deleted, undefined, 1)}\n`;
      moveFolder({ from, to });
      writeFileAtomically(join(to, recordName), text, 0o640);
      await letGo(dependencies, tenant);
    },
    undo: async () => {
      if (hold !== null) await holdTenant(dependencies, tenant, hold);
      moveFolder({ from: to, to: from });
      rmSync(join(from, recordName), { force: true });
    },
  };
}
