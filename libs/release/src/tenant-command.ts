import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Release } from './release.js';

export interface TenantCommand {
  readonly command: string;
  readonly args: string[];
}

/** How a tenant process of this release is started: its pinned Node, V8's memory bounds, its entry. */
export function tenantCommand(
  release: Release,
  app: string,
  { memoryBytes }: { memoryBytes?: number | undefined },
): TenantCommand {
  const bundle = bundleFile(join(release.dir, 'dist', 'bundle'), app);
  const entry = join(release.dir, 'dist', 'apps', app, 'src', 'main.js');
  return {
    command: pinnedNode(release),
    args: [...privacyFlags, ...memoryFlags(memoryBytes), isCurrent(bundle, release) ? bundle : entry],
  };
}

/** A checkout that was compiled after it was bundled is run as compiled: nobody wants to see yesterday's code. */
function isCurrent(bundle: string, { dir }: Release): boolean {
  const bundled = statSync(bundle, { throwIfNoEntry: false });
  const compiled = statSync(join(dir, 'dist', '.tsbuildinfo'), { throwIfNoEntry: false });
  return bundled !== undefined && (compiled === undefined || compiled.mtimeMs <= bundled.mtimeMs);
}

/** Whether a checkout was bundled, but compiled since: then its tenants run the compiled code, which starts slower. */
export function hasStaleBundle(release: Release, app: string): boolean {
  const bundle = bundleFile(join(release.dir, 'dist', 'bundle'), app);
  return existsSync(bundle) && !isCurrent(bundle, release);
}

/** The Node binary that the release brings. */
export function pinnedNode(release: Pick<Release, 'dir'>): string {
  return join(release.dir, 'node_modules', '.bin', 'node');
}

/** What a tenant process of a bundled application starts with. */
export function bundleFile(folder: string, app: string): string {
  return join(folder, `${app}.cjs`);
}

/**
 * What glibc needs to know: with an arena for each of Node's threads, a process keeps 1 MB more that nobody uses.
 * `bin/start-tenant` sets the same.
 */
export const memoryEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' };

/**
 * Whoever makes Node write diagnostic reports, at a crash or a signal, finds no secrets of the environment in them; and
 * SIGUSR1 opens no inspector, through which every user of the host could read the process's memory and run code in it.
 */
const privacyFlags = ['--report-exclude-env', '--disable-sigusr1'];

const megabyte = 1024 * 1024;

/** V8's memory bounds, for a process that may use `memoryBytes` in all. */
export function memoryFlags(memoryBytes: number | undefined): string[] {
  // The process collects once after its start, which brings the memory of a quiet tenant down; a smaller semi-space
  // than this would save nothing then, and cost a tenth of the start.
  const flags = ['--max-semi-space-size=8'];
  if (memoryBytes === undefined) return flags;
  // The rest is code, buffers and stacks, which the old space does not count.
  const oldSpace = Math.max(64, Math.floor((memoryBytes / megabyte) * 0.75));
  return [...flags, `--max-old-space-size=${oldSpace}`];
}
