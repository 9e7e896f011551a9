import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The requests that a server is answering, and what it takes to let them finish. */
export class InFlight {
  readonly #responses = new Set<ServerResponse>();
  #isClosing = false;
  #onEmpty: (() => void) | undefined;

  constructor(server: Server) {
    // Before the framework's own listener, which may answer at once.
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
      this.#add(response);
    });
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

  #add(response: ServerResponse): void {
    if (this.#isClosing) response.shouldKeepAlive = false;
    this.#responses.add(response);
    // 'close' comes after every outcome; 'finish' does not when the client goes away.
    response.once('close', () => {
      this.#responses.delete(response);
      if (this.#responses.size === 0) this.#onEmpty?.();
    });
  }
}
