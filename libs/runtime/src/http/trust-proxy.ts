import { BlockList, isIPv4 } from 'node:net';

/** Whether what the peer at `address` says about the client is believed; `hop` 0 is the connection's own peer. */
export type TrustProxy = (address: string | undefined, hop: number) => boolean;

/**
 * Believes the peer of a Unix socket (only who may open the file gets there), of loopback, and the given
 * addresses and `address/prefix` ranges. Of a longer chain only listed addresses are believed: all to the left of
 * the last trusted hop is the client's own invention.
 */
export function createTrustProxy(trusted: readonly string[]): TrustProxy {
  const listed = new BlockList();
  for (const entry of trusted) addTo(listed, entry);
  const local = new BlockList();
  addTo(local, '127.0.0.0/8');
  addTo(local, '::1');
  const contains = (list: BlockList, address: string): boolean =>
    list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  return (address, hop) => {
    if (address === undefined || address === '') return hop === 0;
    return (hop === 0 && contains(local, address)) || contains(listed, address);
  };
}

function addTo(list: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (prefix === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(prefix), family);
}
