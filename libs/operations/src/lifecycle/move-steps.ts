import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  closeDatabase,
  compareRows,
  connectAs,
  copyRows,
  copySchema,
  CopyFailed,
  createTenantDatabase,
  type Identity,
  migrationNames,
  openDatabase,
  readProvenState,
  renameDatabase,
  requireOtherServer,
  type TenantDatabase,
} from '#libs/database';
import { writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { reachServer } from '../home/postgres.js';
import { overlayFile } from '../settings/overlay-file.js';
import { connectionLimit } from '../tenants/connection-limit.js';
import { dropOurs } from '../tenants/creation-intent.js';
import { databaseAt } from '../tenants/tenant-database.js';
import { databaseCalled, stopStep } from './delete-steps.js';
import type { MovedTenant } from './move-facts.js';
import type { Step } from './steps.js';
import { type DeletedTenant, recordName } from './trash.js';

/** The new database first, while the tenant is in service; out of service only for its rows. */
export function moveSteps(dependencies: Dependencies, moved: MovedTenant): Step[] {
  return [
    targetStep(dependencies, moved),
    stopStep(dependencies, moved),
    ...sourceSteps(dependencies, moved),
    recordStep(moved),
  ];
}

function targetStep(dependencies: Dependencies, moved: MovedTenant): Step {
  const { to, names, tenant, id } = moved;
  const drop = async (): Promise<void> => {
    const server = await reachServer(dependencies, to);
    await requireOtherServer(await reachServer(dependencies, moved.from), server);
    await dropOurs(await databaseCalled(dependencies, to, names), { tenant, id });
  };
  return {
    ...{ name: 'target', does: `make the database ${names.name} on ${to}, with the schema that it has` },
    run: async () => {
      await drop();
      await makeTarget(dependencies, moved);
    },
    undo: drop,
  };
}

async function makeTarget(dependencies: Dependencies, moved: MovedTenant): Promise<void> {
  const { tenant, id } = moved;
  const identity = { tenant, id };
  const { source, target, loaded } = await bothSides(dependencies, moved);
  await createTenantDatabase(target, identity, { runtimeConnections: connectionLimit(loaded) });
  const applied = new Set(await appliedIn(source, identity));
  const names = migrationNames(loaded.application.migrations);
  const migrations = loaded.application.migrations.filter((_, index) => applied.has(names[index] ?? ''));
  await copySchema({ from: source, to: target, identity, migrations });
}

async function appliedIn(db: TenantDatabase, identity: Identity): Promise<string[]> {
  const connection = await connectAs(db, 'admin');
  try {
    const { history } = await readProvenState(connection, identity);
    return history.map(({ name }) => name);
  } finally {
    await connection.end();
  }
}

/** With its passwords, which the journal does not hold: they are in its secrets. */
async function bothSides(dependencies: Dependencies, { tenant, from, to, overlay }: MovedTenant) {
  const loaded = (await dependencies.settings()).load(tenant, overlay.before);
  const source = await databaseAt(loaded, await reachServer(dependencies, from));
  return { loaded, source, target: { ...source, server: await reachServer(dependencies, to) } };
}

/** From closing the source to putting it aside. */
function sourceSteps(dependencies: Dependencies, moved: MovedTenant): Step[] {
  const { tenant, id, from, to, names, trashed } = moved;
  const identity = { tenant, id };
  const source = (): Promise<TenantDatabase> => databaseCalled(dependencies, from, names);
  const aside = (): Promise<TenantDatabase> => databaseCalled(dependencies, from, trashed);
  return [
    {
      ...{ name: 'close', does: `let nobody into the database ${names.name} on ${from} any more` },
      run: async () => closeDatabase(await source(), identity),
      undo: async () => openDatabase(await source(), identity),
    },
    {
      ...{ name: 'copy', does: `copy its rows to ${to}, and compare counts and checksums`, undo: () => {} },
      run: () => copyAndCompare(dependencies, moved),
    },
    overlayStep(dependencies, moved),
    {
      ...{ name: 'names', does: `rename the database on ${from} to ${trashed.name}, until it is purged` },
      run: async () => renameDatabase(await source(), identity, trashed),
      undo: async () => renameDatabase(await aside(), identity, names),
    },
  ];
}

function overlayStep(dependencies: Dependencies, { tenant, to, overlay }: MovedTenant): Step {
  return {
    ...{ name: 'overlay', does: `set database.server: ${to} in its overlay` },
    run: () => writeOverlay(dependencies, tenant, overlay.after),
    undo: () => writeOverlay(dependencies, tenant, overlay.before),
  };
}

async function copyAndCompare(dependencies: Dependencies, moved: MovedTenant): Promise<void> {
  const { tenant, from, to, names } = moved;
  const { report } = dependencies;
  const source = await databaseCalled(dependencies, from, names);
  const target = await databaseCalled(dependencies, to, names);
  await copyRows(source, target, (table, rows) => report.step(`${tenant}: ${table}: ${rows} rows`));
  const differences = await compareRows(source, target);
  if (differences.length === 0) return report.done(`${tenant}: counts and checksums are equal on both`);
  const texts = differences.map(
    ({ name, ...sides }) => `${name} (${sides.from?.rows ?? 'none'} and ${sides.to?.rows ?? 'none'} rows)`,
  );
  throw new CopyFailed(`${tenant}: the copy is not the same: ${texts.join(', ')}.`, { tenant });
}

function writeOverlay({ home }: Dependencies, tenant: MovedTenant['tenant'], text: string): void {
  const file = overlayFile(home.paths, tenant);
  writeFileAtomically(file, text, statSync(file).mode & 0o777);
}

/** In the trash the source is found by `purge`, and nothing there is brought back by `undelete`. */
function recordStep({ entry, tenant, id, run, from, ...moved }: MovedTenant): Step {
  const record: DeletedTenant = {
    ...{ kind: 'moved', tenant, id, run, deletedAt: moved.movedAt, expiresAt: moved.expiresAt },
    database: { server: from, names: moved.names, trashed: moved.trashed },
    folder: { from: entry, to: entry },
    ...{ mediaRoot: null, hosts: [], hold: null, wasRunning: false },
  };
  return {
    ...{ name: 'record', does: `keep it there until ${moved.expiresAt}` },
    run: () => {
      mkdirSync(entry, { recursive: true, mode: 0o750 });
      writeFileAtomically(join(entry, recordName), `${JSON.stringify(record, undefined, 1)}\n`, 0o640);
    },
    undo: () => rmSync(entry, { recursive: true, force: true }),
  };
}
