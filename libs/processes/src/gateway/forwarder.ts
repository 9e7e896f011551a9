import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { createProxyServer, type ProxyServer } from 'httpxy';
import { errorText } from '../error-code.js';
import { TenantUnavailable } from '../errors.js';
import type { Report, Upstream } from '../launch.js';
import { ConnectFailed, TenantConnections } from './connections.js';
import { hasBody, responseHeaders } from './headers.js';
import { Hold } from './hold.js';
import { type Page, pages, sendPage, unavailable } from './pages.js';

export interface ForwarderOptions {
  upstream(tenant: string): Promise<Upstream>;
  readonly holdTimeoutMs: number;
  readonly responseTimeoutMs: number;
  readonly report: Report;
}

/** A request that may be sent twice: the same effect as once (RFC 9110, 9.2.2), and nothing of it used up by the first. */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** Each try to reach the tenant leaves listeners on the request; their number is bounded by the hold. */
const listenerLimit = 100;

/** So long can a killed process still accept connections, on a machine that is busy. */
const deathNoticeMs = 1_000;

/** httpxy wants to be told where to; the agent alone knows. */
const agentsTarget = { socketPath: 'ready' };

class ResponseTimedOut extends Error {}

/** Sends requests to their tenants and the responses back, and keeps what goes wrong in between from the visitor where it can. */
export class Forwarder {
  readonly #connections = new TenantConnections();
  readonly #proxy: ProxyServer;

  constructor(private readonly options: ForwarderOptions) {
    this.#proxy = createProxyServer({ selfHandleResponse: true });
    this.#proxy.on('proxyReq', (outgoing) => this.#limitSilence(outgoing));
    this.#proxy.on('proxyRes', (incoming, request, response) => this.#sendBack(incoming, request, response));
  }

  /** Answers in any case; the request's headers are prepared already. */
  async forward(tenant: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hold = new Hold(tenant, this.options.holdTimeoutMs);
    response.setMaxListeners(listenerLimit).once('close', () => hold.abandon());
    request.setMaxListeners(listenerLimit);
    try {
      await this.#send(tenant, { request, response, hold });
    } catch (error) {
      if (hold.isAbandoned) return;
      // That it cannot be reached is in its status; a line for each visitor would only fill the log.
      const isKnown = error instanceof TenantUnavailable;
      if (!isKnown)
        this.options.report(`${tenant}: ${request.method} request not served: ${errorText(error)}`);
      sendPage(request, response, pageFor(error));
    }
  }

  close(): void {
    this.#connections.close();
  }

  async #send(tenant: string, exchange: Exchange): Promise<void> {
    const { request, response, hold } = exchange;
    const isRepeatable = idempotent.has(request.method ?? '') && !hasBody(request);
    const broken: number[] = [];
    for (;;) {
      const upstream = await hold.waitFor(this.options.upstream(tenant));
      const mayBeStale = isRepeatable && broken.length === 0;
      const agent = mayBeStale
        ? this.#connections.kept(tenant, upstream)
        : this.#connections.single(upstream);
      try {
        return await this.#proxy.web(request, response, { target: agentsTarget, agent });
      } catch (error) {
        if (hold.isAbandoned || response.headersSent || error instanceof ResponseTimedOut) throw error;
        if (!(error instanceof ConnectFailed)) {
          broken.push(upstream.generation);
          if (!isRepeatable || !(await this.#mayTryAgain(tenant, broken, hold))) throw error;
        }
      }
      await hold.pause();
    }
  }

  /**
   * Once. A process that is being killed can break a request twice before anybody knows that it dies: then once more,
   * when its successor is there. A request that breaks one process after the other is not sent to a third.
   */
  async #mayTryAgain(tenant: string, broken: readonly number[], hold: Hold): Promise<boolean> {
    const [first, second] = broken;
    if (second === undefined) return true;
    if (first !== second || broken.length > 2) return false;
    const until = performance.now() + deathNoticeMs;
    while (performance.now() < until) {
      await hold.pause();
      const { generation } = await hold.waitFor(this.options.upstream(tenant));
      if (generation !== second) return true;
    }
    return false;
  }

  /** httpxy's own way merges repeated headers and passes `Connection` on. */
  #sendBack(incoming: IncomingMessage, request: IncomingMessage, response: ServerResponse): void {
    try {
      response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage ?? '', responseHeaders(incoming));
    } catch (error) {
      // A header that Node would not send, such as one with a control character.
      incoming.destroy();
      this.options.report(`response not passed on: ${errorText(error)}`);
      return sendPage(request, response, pages.badGateway);
    }
    incoming.pipe(response);
    // Node keeps the head back for the first of the body, which an event stream can take long to send.
    setImmediate(() => response.flushHeaders());
  }

  /** Ends a request whose tenant neither takes nor sends a byte for too long; once it answers, silence is its own affair. */
  #limitSilence(outgoing: ClientRequest): void {
    const { responseTimeoutMs } = this.options;
    outgoing.setTimeout(responseTimeoutMs, () => {
      outgoing.destroy(new ResponseTimedOut(`no response within ${responseTimeoutMs / 1000} s`));
    });
    outgoing.once('response', () => outgoing.setTimeout(0));
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly hold: Hold;
}

function pageFor(error: unknown): Page {
  if (error instanceof TenantUnavailable) return unavailable(error.retryAfterSeconds);
  return error instanceof ResponseTimedOut ? pages.timeout : pages.badGateway;
}
