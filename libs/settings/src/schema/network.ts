import { isIP } from 'node:net';
import { z } from 'zod';

/** An IP address, or a network with its prefix length: what the runtime and the gateway can put into a list. */
export function network() {
  return z.string().refine(isNetwork).meta({ expected: 'an IP address or network such as "10.0.0.0/8"' });
}

function isNetwork(value: string): boolean {
  const [, address = '', prefix = '0'] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(prefix) <= (family === 4 ? 32 : 128);
}
