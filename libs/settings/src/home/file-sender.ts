import type { HostSettings } from './types.js';

/** An edge server to which a process may leave the sending of a file. */
export type FileSender = Exclude<HostSettings['edge'], 'gateway'>;

/**
 * Who sends the files that a process has allowed; undefined: the process itself. Apache and Caddy follow links on the
 * way to a file, so that a process could have them send whatever they may read: they do it only when told to.
 */
export function fileSenderOf({
  edge,
  hosting,
}: Pick<HostSettings, 'edge' | 'hosting'>): FileSender | undefined {
  const { files } = hosting.edge;
  if (edge === 'gateway' || files === 'process') return undefined;
  return files === 'edge' || edge === 'nginx' ? edge : undefined;
}
