import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildTemplate,
  connectServer,
  type Connection,
  DatabaseLocked,
  dropUnwantedTemplates,
  findTemplate,
  PostgresUnreachable,
  type ServerAddress,
  type Template,
  templateName,
  type TemplateSpec,
  TooManyConnections,
  using,
} from '#libs/database';
import { listReleases, readManifest } from '#libs/release';
import { serverAddress, writeFileAtomically } from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { describeRelease, FleetDatabases, type ReleaseMigrations } from '../migrations/fleet-databases.js';
import { errorText } from '../outcome.js';
import { isCreated } from './created.js';

/** Where a template is looked for, by an open connection, and built, which takes others. */
export interface TemplateServer {
  readonly server: ServerAddress;
  readonly admin: Connection;
}

/**
 * The template on a server from which tenants of this release are cloned, built now if it is not there. Undefined where
 * there can be none: whoever asks migrates instead.
 */
export async function templateFor(
  dependencies: Dependencies,
  { server, admin }: TemplateServer,
  of: ReleaseMigrations,
): Promise<Template | undefined> {
  const { home, report, signal } = dependencies;
  const spec = specOf(home.paths.home, of);
  const name = templateName(spec);
  if (name === undefined || wasRefused(dependencies, name)) return undefined;
  try {
    const found = await findTemplate(admin, spec);
    if (found) return found;
    const built = await buildTemplate({ server, spec, signal });
    if (built?.isNew !== true) return built?.template;
    report.done(`template for tenants of release ${of.release.id}`);
    await dropUnwanted(dependencies, server);
    return built.template;
  } catch (error) {
    if (signal.aborted) throw error;
    report.warn(`no template: ${errorText(error)} Tenants are migrated instead.`);
    noteRefusal(dependencies, name, error);
    return undefined;
  }
}

/** Builds what the tenants of `current` are cloned from, on each server that has some. What fails is only said. */
export async function prepareTemplates(dependencies: Dependencies): Promise<void> {
  try {
    const databases = await FleetDatabases.open(dependencies);
    const current = dependencies.currentRelease();
    const asked = new Set<string>();
    for (const loaded of databases.fleet.loaded.values()) {
      const { database, app } = loaded.settings;
      const key = `${database.server} ${app}`;
      if (asked.has(key) || !isCreated(loaded)) continue;
      const of = await databases.migrationsOf(loaded);
      if (of.release.id !== current.id) continue;
      asked.add(key);
      const server = await databases.server(database.server);
      await using(connectServer(server), (admin) => templateFor(dependencies, { server, admin }, of));
    }
  } catch (error) {
    dependencies.report.warn(`templates were not prepared: ${errorText(error)}`);
  }
}

/** Drops this home's templates for which no release is left, on the servers that run. */
export async function dropUnwantedEverywhere(dependencies: Dependencies): Promise<void> {
  for (const name of Object.keys(dependencies.home.host.postgres.servers)) {
    try {
      await dropUnwanted(dependencies, serverAddress(dependencies.rereadHome(), name));
    } catch (error) {
      dependencies.report.warn(`templates on server ${name} were not looked at: ${errorText(error)}`);
    }
  }
}

/** Of a clone that did not become what it should: the next tenant gets a new one. */
export async function dropTemplate(
  dependencies: Dependencies,
  server: ServerAddress,
  { name }: Template,
): Promise<void> {
  await dropUnwanted(dependencies, server, name);
}

async function dropUnwanted(
  dependencies: Dependencies,
  server: ServerAddress,
  unwanted?: string,
): Promise<void> {
  const wanted = await wantedNames(dependencies);
  if (unwanted !== undefined) wanted.delete(unwanted);
  const { home } = dependencies.home.paths;
  const dropped = await dropUnwantedTemplates(server, { home, wanted });
  if (dropped.length > 0) dependencies.report.step(`dropped ${dropped.join(', ')}: no release needs it`);
}

/** Of every release of the home, and of the checkout where that is what runs. */
async function wantedNames(dependencies: Dependencies): Promise<Set<string>> {
  const { paths } = dependencies.home;
  const current = dependencies.currentRelease();
  const running = (await dependencies.applications()).map((application) =>
    templateName(specOf(paths.home, describeRelease(current, application))),
  );
  const listed = listReleases(paths).flatMap((id) =>
    (readManifest(join(paths.releases, id))?.applications ?? []).map(({ name: application, migrations }) =>
      templateName({
        ...{ home: paths.home, application, migrations: migrations.map(({ name }) => name) },
        hashes: Object.fromEntries(migrations.map(({ name, hash }) => [name, hash])),
      }),
    ),
  );
  return new Set([...running, ...listed].filter((name) => name !== undefined));
}

/** What the template of these migrations is to hold. */
export function specOf(home: string, { release, application, hashes }: ReleaseMigrations): TemplateSpec {
  return {
    home,
    application: application.name,
    release: release.id,
    migrations: application.migrations,
    hashes,
  };
}

/** What failed for a reason of its own is not tried for each new tenant again. */
const retryAfterMs = 24 * 3600 * 1000;

function noteFile({ home }: Dependencies, name: string): string {
  return join(home.paths.state, 'templates', `${name}.json`);
}

function noteRefusal(dependencies: Dependencies, name: string, error: unknown): void {
  const isPassing = [PostgresUnreachable, TooManyConnections, DatabaseLocked].some(
    (kind) => error instanceof kind,
  );
  if (isPassing) return;
  const file = noteFile(dependencies, name);
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o750 });
  const note = { at: dependencies.now().toISOString(), why: errorText(error) };
  writeFileAtomically(file, `${JSON.stringify(note)}\n`, 0o640);
}

function wasRefused(dependencies: Dependencies, name: string): boolean {
  const file = noteFile(dependencies, name);
  if (!existsSync(file)) return false;
  const { at } = JSON.parse(readFileSync(file, 'utf8')) as { at: string };
  return dependencies.now().getTime() - Date.parse(at) < retryAfterMs;
}
