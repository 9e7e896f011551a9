import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeRunnableRelease, type RunnableRelease } from './runnable-release.js';
import { makeTestHome, type TestHome } from './test-home.js';

/** A home on its first release, with tenants that run it. */
export interface DeployHome extends TestHome {
  release(id: string, more?: Omit<RunnableRelease, 'home' | 'id'>): Promise<string>;
  current(): string;
  /** Below the home. */
  at(path: string): string;
  /** Writes `hooks/NAME`, a shell script. */
  hook(name: string, script: string): void;
  /** Release of each tenant's process; null where there is none. */
  releases(): Promise<Record<string, string | null>>;
}

export interface DeployTenants {
  readonly label: string;
  /** Name of each tenant, with its ring. */
  readonly tenants: Readonly<Record<string, string>>;
  /** Those that are left stopped. */
  readonly stopped?: readonly string[];
  /** What the first release is like. */
  readonly first?: Omit<RunnableRelease, 'home' | 'id'>;
}

export async function makeDeployHome({
  label,
  tenants,
  stopped = [],
  first,
}: DeployTenants): Promise<DeployHome> {
  const home = await makeTestHome(label);
  const release: DeployHome['release'] = (id, more) => makeRunnableRelease({ home: home.dir, id, ...more });
  await release('1.0.0', first);
  await home.done('deploy', '--release', '1.0.0');
  for (const [name, ring] of Object.entries(tenants)) {
    await home.done('tenant', 'create', name);
    await home.done('settings', 'set', name, 'ring', ring);
  }
  const started = Object.keys(tenants).filter((name) => !stopped.includes(name));
  if (started.length > 0) await home.done('start', '--tenant', started.join(','));
  return {
    ...home,
    release,
    at: (path) => join(home.dir, path),
    hook: (name, script) => writeHook(join(home.dir, 'hooks'), name, script),
    current: () => basename(readlinkSync(join(home.dir, 'current'))),
    releases: () => releasesOf(home),
  };
}

function writeHook(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

async function releasesOf(home: TestHome): Promise<Record<string, string | null>> {
  const { tenants } = (await home.done('status', '--json')).json<{
    tenants: { name: string; pid: number | null; release: string | null }[];
  }>();
  return Object.fromEntries(tenants.map(({ name, pid, release }) => [name, pid === null ? null : release]));
}
