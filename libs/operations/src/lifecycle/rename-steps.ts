import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  closeDatabase,
  type DatabaseNames,
  type Identity,
  openDatabase,
  renameDatabase,
  restampDatabase,
  type TenantDatabase,
} from '#libs/database';
import { restampMediaRoot } from '#libs/media';
import { type TenantName, writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { holdTenant, letGo } from '../releases/deploy/holds.js';
import { versionsFolder } from '../settings/overlay-file.js';
import { timelineFile } from '../timeline.js';
import { databaseCalled, stopStep } from './delete-steps.js';
import { moveFolder } from './move-folder.js';
import type { RenamedTenant } from './rename-facts.js';
import type { Step } from './steps.js';

/** The database first, the folder then: until that is moved there is no tenant of the new name that could be started. */
export function renameSteps(dependencies: Dependencies, renamed: RenamedTenant): Step[] {
  const { from: tenant, wasRunning } = renamed;
  const [close, stamp, names, open] = databaseSteps(dependencies, renamed);
  return [
    stopStep(dependencies, { tenant, wasRunning }),
    ...[close ?? [], stamp ?? [], names ?? []].flat(),
    ...mediaStep(renamed),
    folderStep(dependencies, renamed),
    ...(open === undefined ? [] : [open]),
  ];
}

/** Closing, stamping, renaming and opening; none where it had no database. */
function databaseSteps(dependencies: Dependencies, renamed: RenamedTenant): Step[] {
  const { from, to, id, database } = renamed;
  if (database === null || id === null) return [];
  const { server, names, next } = database;
  const [before, after] = [
    { tenant: from, id },
    { tenant: to, id },
  ];
  const called = (which: DatabaseNames) => databaseCalled(dependencies, server, which);
  return [
    admissionStep('close', { called: () => called(names), identity: before }),
    {
      ...{ name: 'stamp', does: `write ${to} into its stamp and on its marks` },
      run: async () => restampDatabase(await called(names), before, to),
      undo: async () => restampDatabase(await called(names), after, from),
    },
    {
      ...{ name: 'names', does: `rename the database ${names.name} to ${next.name}, and its roles` },
      run: async () => renameDatabase(await called(names), after, next),
      undo: async () => renameDatabase(await called(next), after, names),
    },
    admissionStep('open', { called: () => called(next), identity: after }),
  ];
}

function admissionStep(
  name: 'close' | 'open',
  { called, identity }: { called: () => Promise<TenantDatabase>; identity: Identity },
): Step {
  const close = async (): Promise<void> => closeDatabase(await called(), identity);
  const open = async (): Promise<void> => openDatabase(await called(), identity);
  return name === 'close'
    ? { name, does: 'let nobody into its database', run: close, undo: open }
    : { name, does: 'let its roles log in again', run: open, undo: close };
}

function mediaStep({ from, to, id, mediaRoot }: RenamedTenant): Step[] {
  if (mediaRoot === null || id === null) return [];
  const root = mediaRoot.from;
  return [
    {
      ...{ name: 'media', does: `write ${to} into the identity of ${root}` },
      run: () => restampMediaRoot(root, { tenant: from, id }, to),
      undo: () => restampMediaRoot(root, { tenant: to, id }, from),
    },
  ];
}

function folderStep(dependencies: Dependencies, renamed: RenamedTenant): Step {
  const { from, to, folder, overlay } = renamed;
  return {
    ...{ name: 'folder', does: `move ${folder.from} to ${folder.to}` },
    run: async () => {
      moveFolder(folder);
      writeOverlay(folder.to, overlay.after);
      await moveState(dependencies, renamed, { from, to });
    },
    undo: async () => {
      await moveState(dependencies, renamed, { from: to, to: from });
      if (existsSync(folder.to)) writeOverlay(folder.to, overlay.before);
      moveFolder({ from: folder.to, to: folder.from });
    },
  };
}

function writeOverlay(folder: string, text: string): void {
  const file = join(folder, 'settings.yaml');
  writeFileAtomically(file, text, statSync(file).mode & 0o777);
}

/** Its history goes with it, unless another tenant of that name has left its own there. */
async function moveState(
  dependencies: Dependencies,
  { hold }: RenamedTenant,
  { from, to }: { from: TenantName; to: TenantName },
): Promise<void> {
  const { paths } = dependencies.home;
  const places = (tenant: TenantName): string[] => [
    timelineFile(paths, tenant),
    versionsFolder(paths, tenant),
  ];
  for (const [index, old] of places(from).entries()) {
    const next = places(to)[index] ?? old;
    if (existsSync(old) && !existsSync(next)) renameSync(old, next);
  }
  if (hold === null) return;
  await holdTenant(dependencies, to, hold);
  await letGo(dependencies, from);
}
