import { join } from 'node:path';
import { UsageError } from '#libs/settings';
import { buildRelease as build, currentRelease, defaultReleaseId, isFinished, operatorBundle, recordRelease } from '#libs/release';
import type { Dependencies } from '../dependencies.js';
import { withLock } from '../lock.js';
import { appendToRuns, newRunId } from '../timeline.js';
import { withScratchTenants } from './scratch-tenants.js';
import { releasesLock } from './releases-lock.js';

export interface BuildRequest {
  readonly id?: string | undefined;
  readonly allowDirty: boolean;
  readonly plan: boolean;
}

export interface Built {
  readonly data: {
    readonly run: string | null;
    readonly release: string;
    readonly dir: string;
    readonly commit: string | null;
    readonly plan: readonly string[] | null;
  };
  readonly text: string;
}

export class NotACheckout extends UsageError {
  override readonly code = 'NOT_A_CHECKOUT';
}

/** `tenantry release build`: a release of the checkout that the command came from. Nothing runs from it yet. */
export async function buildRelease(dependencies: Dependencies, request: BuildRequest): Promise<Built> {
  const { home, codeRoot, now, command, report } = dependencies;
  requireCheckout(dependencies);
  const id = request.id ?? (await defaultReleaseId(codeRoot));
  const dir = join(home.paths.releases, id);
  if (request.plan) {
    const plan = [`build ${dir} from ${codeRoot}`, 'boot each application from it once'];
    const data = { run: null, release: id, dir, commit: null, plan };
    return { data, text: ['Would:', ...plan.map((step) => `  ${step}`)].join('\n') };
  }
  const { commit } = await withLock(releasesLock(dependencies), () =>
    build({
      ...{ checkout: codeRoot, paths: home.paths, id, allowDirty: request.allowDirty, report: report.step },
      withScratchTenants: ({ dir: staged }, work) =>
        withScratchTenants({ ...dependencies, codeRoot: staged, entry: entryIn(staged) }, work),
    }),
  );
  const run = newRunId(now());
  const at = now().toISOString();
  recordRelease(home.paths, { at, run, event: 'built', release: id });
  appendToRuns(home.paths, { at, run, command, event: 'release built', release: id });
  const next = currentRelease(home.paths) === undefined ? 'Nothing runs from it yet.' : 'Tenants stay on theirs.';
  const text = `Release ${id} is built: ${dir}\nRun ${run}. ${next}`;
  return { data: { run, release: id, dir, commit, plan: null }, text };
}

function entryIn(dir: string): string {
  return join(operatorBundle({ dir }), 'main.mjs');
}

function requireCheckout({ codeRoot }: Dependencies): void {
  if (!isFinished(codeRoot)) return;
  throw new NotACheckout(`${codeRoot}: is a release, and releases are built from a checkout.`, {
    hint: 'Name one by --from, or run the command of a checkout: `npx tenantry release build --home …`.',
  });
}
