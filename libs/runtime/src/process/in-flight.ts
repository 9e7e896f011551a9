import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { isOperatorRequest } from '../http/operator-routes.js';
import type { Activity } from './activity.js';

/** The requests that a server is answering, and what it takes to let them finish. */
export class InFlight {
  readonly #responses = new Set<ServerResponse>();
  #isClosing = false;
  #onEmpty: (() => void) | undefined;

  constructor(
    server: Server,
    /** Told of what comes from visitors: requests, and WebSockets for as long as they are open. */
    private readonly activity?: Activity,
  ) {
    // Before the framework's own listener, which may answer at once.
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#add(request, response);
    });
    this.#followUpgrades(server);
  }

  get count(): number {
    return this.#responses.size;
  }

  /** From now on each response, also of requests under way, tells its client not to send another on this connection. */
  closeConnections(): void {
    this.#isClosing = true;
    for (const response of this.#responses) response.shouldKeepAlive = false;
  }

  /** Resolves when nothing is being answered, `false` when that took longer than `timeoutMs`. */
  async settled(timeoutMs: number): Promise<boolean> {
    if (this.count === 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  #add(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isClosing) response.shouldKeepAlive = false;
    this.#responses.add(response);
    const isVisitors = !isOperatorRequest(request);
    if (isVisitors) this.activity?.begin();
    // 'close' comes after every outcome; 'finish' does not when the client goes away.
    response.once('close', () => {
      this.#responses.delete(response);
      if (isVisitors) this.activity?.end();
      if (this.#responses.size === 0) this.#onEmpty?.();
    });
  }

  /**
   * Listens only where the application does: a server that nobody listens to for upgrades answers them as ordinary
   * requests.
   */
  #followUpgrades(server: Server): void {
    const follow = (_request: IncomingMessage, socket: Duplex): void => {
      this.activity?.begin();
      socket.once('close', () => this.activity?.end());
    };
    if (server.listenerCount('upgrade') > 0) server.prependListener('upgrade', follow);
    server.on('newListener', (event, listener) => {
      if (event !== 'upgrade' || listener === follow || server.listeners('upgrade').includes(follow)) return;
      server.prependListener('upgrade', follow);
    });
  }
}
