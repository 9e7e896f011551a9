import { isIPv6 } from 'node:net';

/** Where a process listens: a Unix socket, or a TCP port. What `net.connect` takes. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** For people: the path, `127.0.0.1:9001`, `[::1]:9001`. */
export function addressText(address: Address): string {
  if ('path' in address) return address.path;
  return `${isIPv6(address.host) ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Where a process that listens there is reached from this machine. */
export function reachableAddress(address: Address): Address {
  if ('path' in address) return address;
  // To listen on these means on every interface; to connect to them means what the platform likes.
  const loopback: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  return { host: loopback[address.host] ?? address.host, port: address.port };
}
