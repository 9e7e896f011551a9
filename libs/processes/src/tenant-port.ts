import { lookup } from 'node:dns/promises';
import { BoundSocket } from 'node:net';
import { addressText } from './address.js';
import { errorCode } from './error-code.js';
import { AddressUnusable, PortTaken } from './errors.js';

export interface PortAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * A TCP port that one tenant's processes inherit, one after the other. Because all share one queue of connections, none
 * is lost when a process closes its end. Not SO_REUSEPORT: that makes a queue for each process, and what waits in one is
 * reset with it (unless net.ipv4.tcp_migrate_req is set), nor does it keep another program of the same user away.
 */
export class TenantPort {
  readonly #bound: BoundSocket;

  private constructor(
    readonly address: PortAddress,
    bound: BoundSocket,
  ) {
    this.#bound = bound;
  }

  /** Throws PortTaken or AddressUnusable. */
  static async open(tenant: string, address: PortAddress): Promise<TenantPort> {
    try {
      const { address: host } = await lookup(address.host);
      return new TenantPort(address, new BoundSocket({ host, port: address.port }));
    } catch (error) {
      throw openFailure(error, tenant, address);
    }
  }

  /** For the `stdio` of a process, which then listens on it. */
  get descriptor(): number {
    return this.#bound.fd();
  }

  isAt({ host, port }: PortAddress): boolean {
    return this.address.host === host && this.address.port === port;
  }

  /** Processes that inherited it keep theirs. */
  close(): void {
    this.#bound.close();
  }
}

function openFailure(cause: unknown, tenant: string, address: PortAddress): unknown {
  const code = errorCode(cause);
  if (code === undefined) return cause;
  const where = addressText(address);
  if (code === 'EADDRINUSE') {
    return new PortTaken(`${tenant}: cannot listen on ${where}, another program does.`, {
      ...{ tenant, cause },
      hint: `End that program, or set another http.port for ${tenant}.`,
    });
  }
  return new AddressUnusable(`${tenant}: cannot listen on ${where}: ${code}.`, {
    ...{ tenant, cause },
    hint:
      code === 'EACCES'
        ? 'Set http.port to one from 1024 on.'
        : 'Set http.host to an address of this machine, such as 127.0.0.1.',
  });
}
