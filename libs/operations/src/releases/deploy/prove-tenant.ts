import { type LoadedSettings, workerSocket } from '#libs/settings';
import { type Address, proveUnit } from '#libs/processes';
import { type Release, describeMigrations } from '#libs/release';
import type { Dependencies } from '../../dependencies.js';
import { errorText } from '../../outcome.js';
import { addressOf } from '../../processes/launch.js';
import { unitsOf } from '../../processes/units.js';

export interface Proving {
  readonly loaded: LoadedSettings;
  /** Units that run; the others have no process to ask. */
  readonly isRunning: (unit: string) => boolean;
  readonly release: Release;
}

/** How long a process may take to say that it is ready, which it said already when it started. */
const patienceMs = 10_000;

/**
 * Asks every process of the tenant at its own address whether it is this tenant's, of this release, at its schema.
 * Answers what is wrong, or undefined.
 */
export async function disproveTenant(
  dependencies: Pick<Dependencies, 'home'>,
  { loaded, isRunning, release }: Proving,
): Promise<string | undefined> {
  const expected = {
    tenant: loaded.tenant as string,
    release: release.id,
    schemaHead: describeMigrations(release, loaded.application).at(-1)?.name ?? null,
  };
  for (const unit of unitsOf(loaded)) {
    if (!isRunning(unit.name)) continue;
    const http = unit.site?.http ?? loaded.settings.http;
    const address = addressOf(dependencies, { unit: unit.name, settings: loaded.settings, http });
    for (const each of addressesOf(dependencies, address, loaded.settings.process.workers)) {
      const problem = await disproveProcess(each, expected);
      if (problem !== undefined) return `${unit.name}: ${problem}`;
    }
  }
  return undefined;
}

/** Our own supervisor gives each worker a socket; elsewhere they share one, and some looks reach most of them. */
function addressesOf({ home }: Pick<Dependencies, 'home'>, address: Address, workers: number): Address[] {
  if (workers === 1) return [address];
  const hasOwnSockets = home.host.processes === 'embedded' && 'path' in address;
  const count = hasOwnSockets ? workers : workers * 2;
  return Array.from({ length: count }, (_, index) =>
    hasOwnSockets ? { path: workerSocket(address.path, index + 1) } : address,
  );
}

interface Expected {
  readonly tenant: string;
  readonly release: string;
  readonly schemaHead: string | null;
}

async function disproveProcess(address: Address, expected: Expected): Promise<string | undefined> {
  try {
    const answer = await proveUnit(address, patienceMs);
    const keys = ['tenant', 'release', 'schemaHead'] as const;
    const wrong = keys.find((key) => answer[key] !== expected[key]);
    return wrong && `/health/ready: ${wrong}: expected ${expected[wrong]}, found ${answer[wrong]}`;
  } catch (error) {
    return errorText(error);
  }
}
