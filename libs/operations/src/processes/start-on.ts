import type { Dependencies } from '../dependencies.js';
import { loadFleet } from '../fleet.js';

/**
 * The tenants that `start --all` leaves to their first request (`process.startOn: request`). One that is started by
 * name is started at once all the same: whoever names it wants to see it run.
 */
export async function startedByRequest(dependencies: Dependencies): Promise<ReadonlySet<string>> {
  const { loaded } = await loadFleet(dependencies);
  const waiting = [...loaded.values()].filter(({ settings }) => settings.process.startOn === 'request');
  return new Set(waiting.map(({ tenant }) => tenant));
}
