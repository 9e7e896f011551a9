import {
  FailedError,
  type LoadedSettings,
  type TenantName,
  isInOverlay,
  overlayScalar,
  refuseSecretKey,
  requireTenant,
  setInOverlay,
  unsetInOverlay,
} from '#libs/settings';
import type { Dependencies } from '../dependencies.js';
import { judgeOverlay } from '../fleet.js';
import { withLock } from '../lock.js';
import { errorText } from '../outcome.js';
import { restartTenant, runningTenants } from '../processes/running-tenants.js';
import { tenantLock } from '../tenants/tenant-lock.js';
import { appendToTimeline, newRunId } from '../timeline.js';
import { overlayDiff, readOverlay, replaceOverlay } from './overlay-file.js';

export interface ChangeOptions {
  readonly plan: boolean;
  /** Leaves a running tenant as it is: it takes the change at its next start. */
  readonly noRestart: boolean;
}

export interface ChangeRequest extends ChangeOptions {
  readonly tenant: string;
  readonly key: string;
  /** Undefined takes the key out of the overlay. */
  readonly value?: string | undefined;
}

export interface Changed {
  readonly data: {
    readonly run: string | null;
    readonly tenant: string;
    readonly changed: boolean;
    readonly diff: string;
    /** Whether its process was, or would be, restarted. */
    readonly restart: boolean;
    /** The old overlay. */
    readonly kept: string | null;
  };
  readonly text: string;
}

export class RestartFailed extends FailedError {
  override readonly code = 'RESTART_FAILED';
}

/** Sets or unsets one key of a tenant's overlay; comments and order stay. */
export async function changeSettings(dependencies: Dependencies, request: ChangeRequest): Promise<Changed> {
  const { paths } = dependencies.home;
  const tenant = requireTenant(paths, request.tenant);
  const { key, value } = request;
  const application = (await dependencies.settings()).applicationOf(tenant);
  // Before the lock, which shows the command line to others.
  if (value !== undefined) refuseSecretKey(application, key);
  return changeOverlay(dependencies, tenant, {
    ...request,
    event: value === undefined ? 'settings unset' : 'settings set',
    details: { key },
    change: (overlay) =>
      value === undefined ? unsetInOverlay(overlay, key) : setInOverlay(overlay, { application, key, value }),
    undo: (before) => undoOf(before, { tenant, key }),
  });
}

function undoOf(before: string, { tenant, key }: { tenant: string; key: string }): string | undefined {
  if (!isInOverlay(before, key)) return `tenantry settings unset ${tenant} ${key}`;
  const old = overlayScalar(before, key);
  return old === undefined ? undefined : `tenantry settings set ${tenant} ${key} ${shellWord(old)}`;
}

export interface OverlayWork extends ChangeOptions {
  readonly event: string;
  readonly details: Readonly<Record<string, unknown>>;
  change(overlay: string): string;
  /** Undefined where only the kept file brings the old settings back. */
  undo(before: string): string | undefined;
}

/**
 * Changes a tenant's overlay under the tenant's lock: the new text is loaded and compared with the fleet before it is
 * written, the old one is kept, and a running tenant is restarted. Throws InvalidSettings or ClaimedTwice (exit 78)
 * with nothing written.
 */
export async function changeOverlay(
  dependencies: Dependencies,
  tenant: TenantName,
  work: OverlayWork,
): Promise<Changed> {
  if (work.plan) return planChange(await prepare(dependencies, tenant, work), work);
  return withLock(
    { ...tenantLock(dependencies, tenant), releases: pinnedBy(dependencies, tenant, work) },
    async () => {
      const prepared = await prepare(dependencies, tenant, work);
      return prepared.before === prepared.after ? unchanged(tenant) : carryOut(dependencies, prepared, work);
    },
  );
}

/** The release that the overlay is to be pinned to: it must still be there when it is. */
function pinnedBy({ home }: Dependencies, tenant: TenantName, work: OverlayWork): readonly string[] {
  const pin = overlayScalar(work.change(readOverlay(home.paths, tenant)), 'release');
  return pin === undefined ? [] : [pin];
}

interface Prepared {
  readonly tenant: TenantName;
  readonly before: string;
  readonly after: string;
  readonly loaded: LoadedSettings;
  readonly diff: string;
  readonly restart: boolean;
}

async function prepare(dependencies: Dependencies, tenant: TenantName, work: OverlayWork): Promise<Prepared> {
  const { paths } = dependencies.home;
  const before = readOverlay(paths, tenant);
  const after = work.change(before);
  const loaded = await judgeOverlay(dependencies, tenant, after);
  const state = (await runningTenants(dependencies)).get(tenant)?.state ?? 'stopped';
  const restart = !work.noRestart && state !== 'stopped' && state !== 'draining';
  return { tenant, before, after, loaded, diff: overlayDiff(paths, tenant, { before, after }), restart };
}

function planChange(prepared: Prepared, work: OverlayWork): Changed {
  const { tenant, before, after, diff, restart } = prepared;
  if (before === after) return unchanged(tenant);
  const then = restart
    ? `Then ${tenant} would be restarted, without losing a request.`
    : work.noRestart
      ? 'Nothing would be restarted.'
      : `Nothing would be restarted: ${tenant} does not run.`;
  return {
    data: { run: null, tenant, changed: false, diff, restart, kept: null },
    text: `Would change ${diff}\n${then}`,
  };
}

function unchanged(tenant: TenantName): Changed {
  const data = { run: null, tenant, changed: false, diff: '', restart: false, kept: null };
  return { data, text: `${tenant}: the overlay says so already. Nothing was changed.` };
}

async function carryOut(dependencies: Dependencies, prepared: Prepared, work: OverlayWork): Promise<Changed> {
  const { home, now, command } = dependencies;
  const { tenant, before, after, diff, restart } = prepared;
  const run = newRunId(now());
  const kept = replaceOverlay(dependencies, tenant, { run, before, after });
  const log = (event: string, details: object): void =>
    appendToTimeline(home.paths, tenant, { at: now().toISOString(), run, event, command, ...details });
  log(work.event, { ...work.details, kept });
  const undo = work.undo(before) ?? `tenantry settings edit ${tenant} --from ${shellWord(kept)}`;
  if (restart) {
    await restartOrSay(dependencies, tenant, { undo, log });
    dependencies.report.done(`${tenant}: restarted`);
  } else {
    // Loaded where it is needed only.
    const { refreshStartScripts } = await import('../hosting/refresh-start-scripts.js');
    await refreshStartScripts(dependencies, [tenant]);
  }
  const lines = [`Changed ${diff}`, `Run ${run}. The old overlay is ${kept}.`, `To undo, run: ${undo}`];
  return { data: { run, tenant, changed: true, diff, restart, kept }, text: lines.join('\n') };
}

async function restartOrSay(
  dependencies: Dependencies,
  tenant: TenantName,
  { undo, log }: { undo: string; log: (event: string, details: object) => void },
): Promise<void> {
  try {
    await restartTenant(dependencies, tenant);
  } catch (error) {
    log('restart failed', { error: errorText(error) });
    throw new RestartFailed(
      `${tenant}: the overlay is written, but the restart failed: ${errorText(error)}`,
      { tenant, hint: `To undo, run: ${undo}`, cause: error },
    );
  }
}

/** As a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
