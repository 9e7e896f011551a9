import type { Launch } from './launch.js';
import { TenantPort } from './tenant-port.js';

/**
 * The ports of one tenant, which its processes share. They stay open while the tenant has none for a moment, or until
 * its next request: who connects meanwhile waits.
 */
export class SharedPorts {
  readonly #open = new Set<TenantPort>();

  /** The one to listen on, opened unless it is; `undefined` for a Unix socket. Throws PortTaken or AddressUnusable. */
  async of({ tenant, address }: Pick<Launch, 'tenant' | 'address'>): Promise<TenantPort | undefined> {
    if ('path' in address) return undefined;
    const known = [...this.#open].find((port) => port.isAt(address));
    if (known !== undefined) return known;
    const port = await TenantPort.open(tenant, address);
    this.#open.add(port);
    return port;
  }

  /** Closes all but these. */
  closeExcept(used: ReadonlySet<TenantPort | undefined>): void {
    for (const port of this.#open) {
      if (used.has(port)) continue;
      port.close();
      this.#open.delete(port);
    }
  }

  /** The one that was opened last: where the next process is to listen, unless its settings say otherwise by then. */
  get latest(): TenantPort | undefined {
    return [...this.#open].at(-1);
  }
}
