import type { Server as HttpServer } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { InFlight } from './in-flight.js';

/** Connections that the kernel accepted before the listener closed still hold requests nobody has read. */
const settleMs = 150;

/** How long closing the application's own resources may take beyond the bound. */
const closeGraceMs = 2000;

export interface Drain {
  readonly server: HttpServer;
  readonly inFlight: InFlight;
  readonly timeoutMs: number;
  /** Removes the socket file, so that whoever comes now goes to another process or waits for one. */
  readonly releaseAddress: () => void;
  /** Closes the application: its connections, pool, hooks. */
  readonly close: () => Promise<void>;
}

/**
 * Finishes what was accepted, bounded by `timeoutMs`; says how many requests were cut off.
 *
 * Closes the listener alone: `http.Server#close()` resets connections that were accepted but not read yet, and
 * Nest's own shutdown hooks answer 503 meanwhile; both lose requests at each restart.
 */
export async function drain({ server, inFlight, timeoutMs, releaseAddress, close }: Drain): Promise<number> {
  inFlight.closeConnections();
  releaseAddress();
  Server.prototype.close.call(server);
  await sleep(settleMs);
  await inFlight.settled(Math.max(timeoutMs - settleMs, 0));
  const cutOff = inFlight.count;
  if (cutOff > 0) server.closeAllConnections();
  await Promise.race([close(), sleep(closeGraceMs, undefined, { ref: false })]);
  return cutOff;
}
