import { BlockList, isIPv4 } from 'node:net';

/** Whether what the peer at `address` says about the client is believed; `hop` 0 is the connection's own peer. */
export type TrustProxy = (address: string | undefined, hop: number) => boolean;

/**
 * Believes the peer of a Unix socket (only who may open the file gets there), of loopback, and the given
 * addresses and `address/prefix` ranges. Of a longer chain only listed addresses are believed: all to the left of
 * the last trusted hop is the client's own invention.
 */
export function createTrustProxy(trusted: readonly string[]): TrustProxy {
  const isListed = trusted.length === 0 ? () => false : membership(trusted);
  return (address, hop) => {
    if (address === undefined || address === '') return hop === 0;
    return (hop === 0 && isLoopback(address)) || isListed(address);
  };
}

/** By its text: the list below is one more module to load, for what few tenants use. */
function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

function membership(trusted: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = '', prefix] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
