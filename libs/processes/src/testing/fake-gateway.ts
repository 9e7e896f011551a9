import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Gateway, type GatewayOptions, startGateway } from '../gateway/gateway.js';
import { createRouter } from '../gateway/router.js';
import { type Answer, ask, type Ask } from './client.js';
import { eventually } from './eventually.js';
import type { FakeHome } from './fake-home.js';

const tenants = [
  { name: 'acme', hosts: ['acme.localhost', '.acme.example'] },
  { name: 'liberty', hosts: ['liberty.localhost'] },
  { name: 'zed', hosts: ['zed.localhost'] },
];

/** A gateway on a free port before the tenants of a fake home. */
export function openGateway(home: FakeHome, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  return startGateway({
    host: '127.0.0.1',
    port: 0,
    route: createRouter(tenants),
    tenants: () => tenants,
    upstream: (tenant) => home.supervisor.upstream(tenant),
    development: false,
    holdTimeoutMs: 10_000,
    report: (message) => void home.reports.push(message),
    ...options,
  });
}

/** What a spec file shares: one home, one gateway. */
export class FakeSite {
  private constructor(
    readonly home: FakeHome,
    readonly gateway: Gateway,
  ) {}

  static async open(home: FakeHome, names: readonly string[]): Promise<FakeSite> {
    const gateway = await openGateway(home);
    await Promise.all(names.map((tenant) => home.supervisor.start(tenant)));
    return new FakeSite(home, gateway);
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.home.remove();
  }

  get(options: Omit<Ask, 'port'>): Promise<Answer> {
    return ask({ port: this.gateway.port, ...options });
  }

  pidOf(tenant: string): number {
    return this.home.supervisor.status().find((status) => status.tenant === tenant)?.pid ?? 0;
  }

  /** kill -9, and wait until the supervisor knows. */
  async kill(tenant: string): Promise<void> {
    const pid = this.pidOf(tenant);
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => this.pidOf(tenant),
      (current) => current !== pid,
    );
  }

  /** Sends exactly these bytes, as no well-behaved client would, and reads until the end. */
  async raw(request: string): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port: this.gateway.port });
    socket.write(request);
    return text(socket);
  }
}
