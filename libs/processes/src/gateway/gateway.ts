import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { errorCode, errorText } from '../error-code.js';
import { AddressUnusable, PortTaken } from '../errors.js';
import type { Report, Upstream } from '../launch.js';
import { Entrance } from './entrance.js';

export interface RoutedTenant {
  readonly name: string;
  /** Exact names, or `.example.app` for that and all its subdomains. */
  readonly hosts: readonly string[];
}

export interface GatewayOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Lower-cased, without port; `createRouter` makes one. */
  route(hostname: string): string | undefined | Promise<string | undefined>;
  /** Named on the page for an unknown host, in development only. */
  tenants(): readonly RoutedTenant[];
  upstream(tenant: string): Promise<Upstream>;
  /** Whether a page answers for it that says so. Default: for none. */
  isSuspended?(tenant: string): boolean;
  development: boolean;
  /**
   * Addresses and networks of proxies in front, whose X-Forwarded-For, -Proto and -Host are believed; each must set all
   * three itself, over what its client sent. Default: none.
   */
  trustedProxies?: readonly string[];
  /** So long is a request held while its tenant starts. */
  holdTimeoutMs: number;
  /** So long may a tenant be silent before the first byte of its response. Default 120 s. */
  responseTimeoutMs?: number;
  /** Open requests of one tenant; one that hangs must not use up the gateway for the others. Default 2000. */
  requestsPerTenant?: number;
  report: Report;
}

export interface Gateway {
  readonly port: number;
  /** Stops accepting, lets what is in flight finish, at most `graceMs` (default 5 s). */
  close(graceMs?: number): Promise<void>;
}

/** Answers requests of all hosts, each from its tenant's process. Throws PortTaken or AddressUnusable. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const entrance = new Entrance(options);
  const failed = (error: unknown): void => options.report(`gateway: ${errorText(error)}`);
  const server = createServer(serverOptions, (request, response) => {
    entrance.request(request, response).catch((error: unknown) => {
      failed(error);
      response.destroy();
    });
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    entrance.upgrade(request, socket, head).catch((error: unknown) => {
      failed(error);
      socket.destroy();
    });
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return { port, close: (graceMs = 5_000) => close(server, entrance, graceMs) };
}

const serverOptions = {
  // An upload over a slow line takes its time; headers do not, and have Node's own limit.
  requestTimeout: 0,
  // Longer than browsers and balancers keep theirs, so that it is not the gateway that closes under a request.
  keepAliveTimeout: 75_000,
  // Other protocols, such as h2c, are an offer that may be ignored.
  shouldUpgradeCallback: (request: IncomingMessage) => request.headers.upgrade?.toLowerCase() === 'websocket',
};

async function listen(server: Server, { host, port }: GatewayOptions): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw listenFailure(error, host, port);
  }
}

function listenFailure(cause: unknown, host: string, port: number): unknown {
  const code = errorCode(cause);
  if (code === undefined) return cause;
  if (code === 'EADDRINUSE') {
    return new PortTaken(`gateway: port ${port} on ${host} is taken by another program.`, {
      hint: 'Choose another with gateway.port in tenantry.yaml or with --port N, or end that program.',
      cause,
    });
  }
  return new AddressUnusable(`gateway: cannot listen on ${host}, port ${port}: ${code}.`, {
    hint:
      code === 'EACCES'
        ? 'Choose a port from 1024 on with gateway.port in tenantry.yaml or with --port N.'
        : 'Choose one of this machine with gateway.host in tenantry.yaml, such as 127.0.0.1.',
    cause,
  });
}

async function close(server: Server, entrance: Entrance, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  entrance.close();
  // A connection that was busy when the listener closed is kept alive after its response, unless looked for.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
