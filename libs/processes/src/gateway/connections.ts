import { Agent, type AgentOptions } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address } from '../address.js';
import type { Upstream } from '../launch.js';

type Connected = (error: Error | null, socket: Duplex) => void;

/** No connection to the tenant could be made: nothing of the request was sent. */
export class ConnectFailed extends Error {}

/**
 * Node ends a request with an empty write when some of it is still on its way. A tenant that has read all of the body and has closed behind its answer makes
 * an EPIPE of that, which takes the answer with it.
 */
class TenantSocket extends Socket {
  override _write(
    chunk: Buffer | string,
    encoding: BufferEncoding,
    written: (error?: Error | null) => void,
  ): void {
    if (chunk.length === 0) written();
    else super._write(chunk, encoding, written);
  }
}

/**
 * Hands a socket to a request only when it is connected: a refused connection then costs nothing of the request's
 * body, which would otherwise already be on its way into the socket's buffer.
 */
class ConnectedAgent extends Agent {
  constructor(
    private readonly address: Address,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(_options: unknown, connected?: Connected): undefined {
    const socket = new TenantSocket().setNoDelay().connect(this.address);
    const fail = (error: Error): void =>
      connected?.(new ConnectFailed(error.message, { cause: error }), socket);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      connected?.(null, socket);
    });
  }

  /** Open requests finish; no connection takes another one. Not `destroy()`, which cuts them off as well. */
  retire(): void {
    this.maxFreeSockets = 0;
    for (const socket of Object.values(this.freeSockets).flat()) socket?.destroy();
  }
}

/** The kept-alive connections to each tenant's present processes. */
export class TenantConnections {
  readonly #kept = new Map<string, { readonly generation: number; readonly agent: ConnectedAgent }>();

  /** For requests that can be sent again when a kept connection turns out to be dead. */
  kept(tenant: string, { address, worker, generation }: Upstream): Agent {
    const place = `${tenant} ${worker}`;
    const known = this.#kept.get(place);
    if (known?.generation === generation) return known.agent;
    known?.agent.retire();
    const agent = new ConnectedAgent(address, { keepAlive: true, maxFreeSockets: 32, timeout: 4_000 });
    this.#kept.set(place, { generation, agent });
    return agent;
  }

  /** For those that cannot: a connection of their own, which was alive a moment ago. */
  single({ address }: Upstream): Agent {
    return new ConnectedAgent(address, { keepAlive: false });
  }

  close(): void {
    for (const { agent } of this.#kept.values()) agent.retire();
    this.#kept.clear();
  }
}
