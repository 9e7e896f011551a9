import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  RefusedError,
  type TenantName,
  TenantryError,
  UsageError,
  exitCodes,
  parseTenantName,
} from '#libs/settings';
import { checkRequest } from './check-request.js';
import { type Made, makeTenant, withDefaults } from './create-steps.js';
import { readIntent, takeBack } from './creation-intent.js';
import type { Dependencies } from '../dependencies.js';
import type { FirstAdminRequest } from './first-admin.js';
import { withLock } from '../lock.js';
import { errorText } from '../outcome.js';
import { isCreated } from './created.js';
import { tenantLock } from './tenant-lock.js';
import { appendToTimeline, newRunId } from '../timeline.js';

export interface CreateRequest extends FirstAdminRequest {
  readonly name: string;
  readonly hosts?: readonly string[] | undefined;
  readonly title?: string | undefined;
  readonly profiles?: readonly string[] | undefined;
  readonly server?: string | undefined;
  readonly app?: string | undefined;
  /** The whole text of its settings.yaml, judged by the caller; instead of the options above. */
  readonly overlay?: string | undefined;
  /** The run that it is a part of; default: one of its own. */
  readonly run?: string | undefined;
  /** Leaves what was made where it fails, for the next call to go on with. Default: it is taken back. */
  readonly keep?: boolean | undefined;
  /** Not for a home that is thrown away: the template would outlive it, or not pay. Default true. */
  readonly fromTemplate?: boolean | undefined;
  readonly plan: boolean;
}

export interface CreateResult extends Partial<Made> {
  readonly run: string | null;
  readonly tenant: string;
  /** The steps, where only they were asked for. */
  readonly plan: readonly string[] | null;
}

export interface Created {
  readonly data: CreateResult;
  readonly text: string;
}

export class TenantExists extends RefusedError {
  override readonly code = 'TENANT_EXISTS';
}

export class CreationInterrupted extends TenantryError {
  readonly code = 'INTERRUPTED';
  readonly exitCode = exitCodes.interrupted;
}

/**
 * Creates a tenant: overlay, database with its two roles, media root, schema, first admin, passwords. A folder that
 * holds only an overlay is taken as it is. Whatever fails, what was made is taken back; after a `kill -9` the next
 * call for the same name takes back first; with `keep` it goes on instead. The passwords are written last: until then the tenant does not count.
 */
export async function createTenant(dependencies: Dependencies, request: CreateRequest): Promise<Created> {
  const tenant = parseTenantName(request.name);
  const { paths } = dependencies.home;
  await refuseExisting(dependencies, tenant, request);
  if (request.overlay === undefined) await checkRequest(dependencies, tenant, request);
  if (request.plan) return planCreation(dependencies, tenant, request);
  return withLock(tenantLock(dependencies, tenant), async () => {
    const intent = readIntent(paths, tenant);
    if (intent?.keep === true) dependencies.report.step(`${tenant}: going on with what was kept`);
    else if (intent) {
      dependencies.report.step(`${tenant}: taking back what an interrupted creation left`);
      await takeBack(dependencies, tenant);
    }
    await refuseExisting(dependencies, tenant, request);
    return carryOut(dependencies, tenant, request);
  });
}

async function carryOut(
  dependencies: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): Promise<Created> {
  const run = request.run ?? newRunId(dependencies.now());
  const log = (event: string, details: Record<string, unknown>): void => {
    const { home, now, command } = dependencies;
    appendToTimeline(home.paths, tenant, { at: now().toISOString(), run, event, command, ...details });
  };
  try {
    const made = await makeTenant(dependencies, tenant, request);
    log('created', { hosts: made.hosts, database: made.database });
    return { data: { run, tenant, ...made, plan: null }, text: summary(tenant, made, run) };
  } catch (error) {
    if (request.keep === true) sayKept(dependencies, tenant);
    else await takeBackQuietly(dependencies, tenant);
    const isInterrupted = dependencies.signal.aborted;
    if (isInterrupted) log('creation interrupted', {});
    else log('creation failed', { error: error instanceof Error ? error.message : String(error) });
    throw isInterrupted ? interrupted(tenant, { cause: error, isKept: request.keep === true }) : error;
  }
}

function sayKept({ report }: Dependencies, tenant: TenantName): void {
  report.warn(`${tenant}: what was made is kept. \`tenantry tenant create ${tenant}\` goes on with it.`);
}

function interrupted(
  tenant: TenantName,
  { cause, isKept }: { readonly cause: unknown; readonly isKept: boolean },
): CreationInterrupted {
  const what = isKept ? 'what was made is kept' : 'is taken back';
  return new CreationInterrupted(`${tenant}: the creation was interrupted and ${what}.`, {
    ...{ tenant, cause },
    hint: 'Run the command again.',
  });
}

/** Why creating failed is what the operator must see; what could not be taken back waits for the next try. */
async function takeBackQuietly(dependencies: Dependencies, tenant: TenantName): Promise<void> {
  try {
    await takeBack(dependencies, tenant);
  } catch (error) {
    dependencies.report.warn(
      `${tenant}: not all could be taken back: ${errorText(error)} Run the command again when that is mended.`,
    );
  }
}

/** An existing tenant is never made anew; one whose overlay waits is, but then the overlay says what it is like. */
async function refuseExisting(
  dependencies: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): Promise<void> {
  const { paths } = dependencies.home;
  if (readIntent(paths, tenant) || !hasOverlay(paths.tenants, tenant)) return;
  const loaded = (await dependencies.settings()).load(tenant);
  if (isCreated(loaded)) {
    throw new TenantExists(`${tenant}: exists already, with database "${loaded.settings.database.name}".`, {
      tenant,
      hint: `Look at it with \`tenantry tenant show ${tenant}\`.`,
    });
  }
  if (!saysWhatItIsLike(request)) return;
  throw new UsageError(
    `${tenant}: has an overlay already, so its hosts, title, profiles and server come from there.`,
    {
      tenant,
      hint: `Edit tenants/${tenant}/settings.yaml, or leave out --host, --title, --extends and --server.`,
    },
  );
}

function saysWhatItIsLike({ hosts, title, profiles, server, app }: CreateRequest): boolean {
  return [hosts, title, profiles, server, app].some((value) => value !== undefined);
}

async function planCreation(
  dependencies: Dependencies,
  tenant: TenantName,
  request: CreateRequest,
): Promise<Created> {
  const { paths } = dependencies.home;
  const base = tenant.replaceAll('-', '_');
  const overlay = withDefaults(tenant, request);
  const plan = [
    hasOverlay(paths.tenants, tenant)
      ? `use the overlay tenants/${tenant}/settings.yaml`
      : `write tenants/${tenant}/settings.yaml for ${overlay.hosts.join(', ')}`,
    `create the database tenant_${base} and its roles, unless the overlay names others`,
    `claim the media root`,
    'clone the schema from the template of its release, or apply its migrations',
    'create the first admin',
    `write the passwords to tenants/${tenant}/secrets.yaml`,
  ];
  return {
    data: { run: null, tenant, plan },
    text: ['Would:', ...plan.map((step) => `  ${step}`)].join('\n'),
  };
}

function summary(tenant: TenantName, made: Made, run: string): string {
  const { admin } = made;
  return [
    `Created ${tenant} (run ${run}).`,
    `  hosts     ${made.hosts.join(' ')}`,
    `  database  ${made.database}`,
    `  media     ${made.mediaRoot}`,
    `  admin     ${admin.email}${admin.passwordFile ? `, password in ${admin.passwordFile}` : ''}`,
    `Start it with \`tenantry start ${tenant}\`.`,
  ].join('\n');
}

function hasOverlay(tenantsFolder: string, tenant: TenantName): boolean {
  return existsSync(join(tenantsFolder, tenant, 'settings.yaml'));
}
