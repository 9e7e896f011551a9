import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { FileSender } from '#libs/settings';
import type { TrustProxy } from './trust-proxy.js';

/** Set by the edge on every request, and taken from visitors: `nginx`. */
const edgeHeader = 'x-tenantry-edge';

export interface FileHandOffOptions {
  /** Which edge sends files for this home; undefined: none does. */
  readonly sender: FileSender | undefined;
  readonly mediaRoot: string;
  readonly trustProxy: TrustProxy;
}

/**
 * Leaves the sending of a file to the edge server, which does it without the process. Only where tenantry.yaml says so
 * and the request came through that very edge: what comes through the gateway is answered whole, and what a visitor puts
 * into a header decides nothing.
 */
export class FileHandOff {
  constructor(private readonly options: FileHandOffOptions) {}

  /**
   * Headers of an answer without a body, in whose place the edge sends the file; undefined: send it yourself.
   * `path` is relative to the media root, checked, and leads over no link.
   */
  headersFor(request: IncomingMessage, path: string): Record<string, string> | undefined {
    const { sender, mediaRoot, trustProxy } = this.options;
    if (sender === undefined || request.headers[edgeHeader] !== sender) return undefined;
    if (!trustProxy(request.socket.remoteAddress, 0)) return undefined;
    if (sender === 'apache') return sendfile(join(mediaRoot, path));
    return { 'x-accel-redirect': `/_edge/media/${path.split('/').map(encodeURIComponent).join('/')}` };
  }
}

/** mod_xsendfile up to 0.9 takes the path as it is, later ones decode it: a path without `%` is the same to both. */
function sendfile(file: string): Record<string, string> | undefined {
  if (file.includes('%')) return undefined;
  // Node sends headers as Latin-1, a byte for each character.
  return { 'x-sendfile': Buffer.from(file).toString('latin1') };
}
