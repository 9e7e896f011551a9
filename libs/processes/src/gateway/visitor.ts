import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Who asks, as far as it can be told for certain. */
export interface Visitor {
  readonly address: string;
  readonly protocol: 'http' | 'https';
  /** The Host that the visitor asked the edge for; `undefined` when no edge that is believed says so. */
  readonly host: string | undefined;
}

/** Whether what the peer at this address says about its own client is believed. */
export type Believes = (address: string) => boolean;

/** Believes the given addresses and `address/prefix` networks. */
export function believing(trusted: readonly string[]): Believes {
  const list = new BlockList();
  for (const entry of trusted) {
    const [address = '', prefix] = entry.split('/');
    const family = familyOf(address);
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address));
}

/** Reads X-Forwarded-For, -Proto and -Host where the connection's peer is believed, and nothing of them otherwise. */
export function readVisitor(request: IncomingMessage, believes: Believes): Visitor {
  const { socket } = request;
  const peer = plainAddress(socket.remoteAddress ?? '') ?? 'unknown';
  const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
  const own = { address: peer, protocol: isEncrypted ? 'https' : 'http', host: undefined } as const;
  if (!believes(peer)) return own;
  // Of repeated values the last one is what the peer itself said; what is before it, it may only have been told.
  const protocol = listed(request, 'x-forwarded-proto').at(-1)?.toLowerCase();
  return {
    address: firstUnbelieved(peer, listed(request, 'x-forwarded-for'), believes),
    protocol: protocol === 'http' || protocol === 'https' ? protocol : own.protocol,
    host: listed(request, 'x-forwarded-host').at(-1),
  };
}

/** From the connection backwards to the first who is no proxy of ours: what he says of others is his own invention. */
function firstUnbelieved(peer: string, chain: readonly string[], believes: Believes): string {
  let found = peer;
  for (const entry of chain.toReversed()) {
    const before = plainAddress(entry);
    if (before === undefined || !believes(found)) break;
    found = before;
  }
  return found;
}

function listed({ headers }: IncomingMessage, name: string): string[] {
  return String(headers[name] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Without port, brackets and the IPv6 form that a dual-stack listener gives IPv4; `undefined` when it is no address. */
function plainAddress(text: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? undefined : address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
