import { once } from 'node:events';
import { Agent, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer, type ProxyServer } from 'httpxy';
import { TenantUnavailable } from '../errors.js';
import type { ForwarderOptions } from './forwarder.js';
import { Hold } from './hold.js';
import { pages, sendPageOnSocket, unavailable } from './pages.js';

export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What the client sent after its request, in the same packet. */
  readonly head: Buffer;
}

/** Gives a request the connection that was made for it. */
class ReadyAgent extends Agent {
  constructor(private readonly ready: Socket) {
    super();
  }

  override createConnection(): Duplex {
    return this.ready;
  }
}

/** WebSockets: one connection to the tenant for each, for as long as both sides want it. */
export class Upgrades {
  readonly #proxy: ProxyServer = createProxyServer();
  readonly #open = new Set<Socket>();
  readonly #upgraded = new WeakSet<Duplex>();

  constructor(private readonly options: ForwarderOptions) {
    this.#proxy.on('proxyReqWs', (outgoing, _request, socket) => {
      outgoing.once('upgrade', (_response, inner: Socket) => this.#tie(socket, inner));
    });
    // Answered here, synchronously: right after this, httpxy ends the client's socket.
    this.#proxy.on('error', (error, request, socket) => {
      if (request === undefined || socket === undefined || 'writeHead' in socket) return;
      if (this.#upgraded.has(socket)) return;
      options.report(`WebSocket not opened: ${error.message}`);
      sendPageOnSocket(request, socket, pages.badGateway);
    });
  }

  /** Answers in any case; the request's headers are prepared already. */
  async forward(tenant: string, upgrade: UpgradeRequest): Promise<void> {
    const { request, socket } = upgrade;
    const hold = new Hold(tenant, this.options.holdTimeoutMs);
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      hold.abandon();
    });
    try {
      await this.#handOver(upgrade, await this.#connect(tenant, hold));
    } catch (error) {
      if (hold.isAbandoned) return;
      const page =
        error instanceof TenantUnavailable ? unavailable(error.retryAfterSeconds) : pages.badGateway;
      sendPageOnSocket(request, socket, page);
    }
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Connected before httpxy sees the request, because it gives the client up at the first error. */
  async #connect(tenant: string, hold: Hold): Promise<Socket> {
    for (;;) {
      const { address } = await hold.waitFor(this.options.upstream(tenant));
      const inner = connect({ noDelay: true, ...address });
      try {
        await hold.waitFor(once(inner, 'connect'));
        return inner;
      } catch (error) {
        inner.destroy();
        if (error instanceof TenantUnavailable) throw error;
      }
      await hold.pause();
    }
  }

  async #handOver({ request, socket, head }: UpgradeRequest, inner: Socket): Promise<void> {
    inner.on('error', () => inner.destroy());
    if (socket.destroyed) return void inner.destroy();
    request.headers.connection = 'Upgrade';
    request.headers.upgrade = 'websocket';
    const options = { target: { socketPath: 'ready' }, agent: new ReadyAgent(inner) };
    await this.#proxy.ws(
      request,
      socket,
      { ...options, upgradeTimeout: this.options.responseTimeoutMs },
      head,
    );
  }

  /** Either end's leaving, however abrupt, is told to the other. */
  #tie(socket: Socket, inner: Socket): void {
    this.#upgraded.add(socket);
    inner.once('close', () => socket.destroySoon());
    socket.once('close', () => inner.destroySoon());
  }
}
