import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Address, reachableAddress } from './address.js';

/** What a tenant's process says of itself at /health/ready. */
export interface ReadyAnswer {
  readonly tenant: string;
  readonly release: string;
  readonly schemaHead: string | null;
  readonly status: string;
}

/** Asks a unit at its own address, past the edge. Rejects when it does not answer 200 in time. */
export async function proveUnit(address: Address, timeoutMs: number): Promise<ReadyAnswer> {
  const where = 'path' in address ? { socketPath: address.path } : reachableAddress(address);
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...where, path: '/health/ready', agent: false }, (incoming) => {
      text(incoming)
        .then((body) => {
          if (incoming.statusCode === 200) return resolve(JSON.parse(body) as ReadyAnswer);
          throw new TypeError(
            `/health/ready: expected 200, found ${incoming.statusCode}: ${body.slice(0, 200)}`,
          );
        })
        .catch(reject);
    });
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new TypeError(`no answer within ${timeoutMs} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
