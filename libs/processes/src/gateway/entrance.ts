import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Forwarder } from './forwarder.js';
import type { GatewayOptions, RoutedTenant } from './gateway.js';
import { prepareHeaders } from './headers.js';
import {
  type Page,
  pages,
  sendPage,
  sendPageOnSocket,
  suspended,
  unavailable,
  unknownHost,
} from './pages.js';
import { isOperatorsPath, readTarget } from './request-target.js';
import { Upgrades } from './upgrades.js';
import { type Believes, believing, readVisitor } from './visitor.js';

const defaultResponseTimeoutMs = 120_000;
const defaultRequestsPerTenant = 2_000;
const crowdedRetrySeconds = 2;
/** As the edge servers say it. */
const suspendedRetrySeconds = 3600;

/** Decides for each request which tenant it is for, or which page answers it. */
export class Entrance {
  readonly #forwarder: Forwarder;
  readonly #upgrades: Upgrades;
  readonly #believes: Believes;
  readonly #open = new Map<string, number>();

  constructor(private readonly options: GatewayOptions) {
    this.#believes = believing(options.trustedProxies ?? []);
    const forwarding = { responseTimeoutMs: defaultResponseTimeoutMs, ...options };
    this.#forwarder = new Forwarder(forwarding);
    this.#upgrades = new Upgrades(forwarding);
  }

  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admitted = await this.#admit(request);
    // Left meanwhile: nothing would tell the forwarder any more.
    if (response.destroyed) return;
    if (typeof admitted !== 'string') return sendPage(request, response, admitted);
    await this.#count(admitted, () => this.#forwarder.forward(admitted, request, response));
  }

  async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    // A client that breaks off while it is held would otherwise end the gateway.
    socket.on('error', () => socket.destroy());
    const admitted = await this.#admit(request);
    if (socket.destroyed) return;
    if (typeof admitted !== 'string') return sendPageOnSocket(request, socket, admitted);
    await this.#count(admitted, () => this.#upgrades.forward(admitted, { request, socket, head }));
  }

  close(): void {
    this.#upgrades.close();
    this.#forwarder.close();
  }

  /** The tenant's name; its headers and URL are then as the tenant is to see them. */
  async #admit(request: IncomingMessage): Promise<string | Page> {
    const visitor = readVisitor(request, this.#believes);
    const target = readTarget(request, visitor.host);
    if (target === undefined) return pages.badRequest;
    const tenant = await this.options.route(target.hostname);
    if (tenant === undefined) return unknownHost(this.#links(target.authority));
    if (isOperatorsPath(target.url)) return pages.notFound;
    if (this.options.isSuspended?.(tenant) === true) return suspended(suspendedRetrySeconds);
    const limit = this.options.requestsPerTenant ?? defaultRequestsPerTenant;
    if ((this.#open.get(tenant) ?? 0) >= limit) return unavailable(crowdedRetrySeconds);
    request.url = target.url;
    prepareHeaders(request, target, visitor);
    return tenant;
  }

  async #count(tenant: string, serve: () => Promise<void>): Promise<void> {
    this.#open.set(tenant, (this.#open.get(tenant) ?? 0) + 1);
    try {
      await serve();
    } finally {
      const left = (this.#open.get(tenant) ?? 1) - 1;
      if (left === 0) this.#open.delete(tenant);
      else this.#open.set(tenant, left);
    }
  }

  /** Outside development, who else is served here is nobody's business. */
  #links(authority: string): Page['links'] {
    if (!this.options.development) return [];
    const port = /:\d+$/.exec(authority)?.[0] ?? '';
    return this.options.tenants().flatMap(({ name, hosts }) => linkTo(name, hosts, port));
  }
}

function linkTo(name: string, hosts: RoutedTenant['hosts'], port: string): { name: string; url: string }[] {
  const host = hosts.find((one) => !one.startsWith('.'));
  return host === undefined ? [] : [{ name, url: `http://${host}${port}/` }];
}
