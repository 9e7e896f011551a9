import type { Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { InFlight } from './in-flight.js';

/** Connections that were accepted last still hold requests that nobody has read. */
const settleMs = 150;

/** How long closing the application's own resources may take beyond the bound. */
const closeGraceMs = 2000;

export interface Drain {
  readonly server: HttpServer;
  readonly inFlight: InFlight;
  readonly timeoutMs: number;
  /** Stops accepting connections, and leaves those that are open alone. */
  readonly stopListening: () => Promise<void>;
  /** Closes the application: its connections, pool, hooks. */
  readonly close: () => Promise<void>;
}

/**
 * Finishes what was accepted, bounded by `timeoutMs`; says how many requests were cut off.
 *
 * Not by Nest's shutdown hooks: they answer 503 meanwhile, which loses requests at each restart.
 */
export async function drain({ server, inFlight, timeoutMs, stopListening, close }: Drain): Promise<number> {
  inFlight.closeConnections();
  await stopListening();
  await sleep(settleMs);
  await inFlight.settled(Math.max(timeoutMs - settleMs, 0));
  const cutOff = inFlight.count;
  if (cutOff > 0) server.closeAllConnections();
  await Promise.race([close(), sleep(closeGraceMs, undefined, { ref: false })]);
  return cutOff;
}
