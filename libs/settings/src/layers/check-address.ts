import type { Path } from '../schema/validate.js';

/** What is wrong with the value at a path; its place is added by who reports it. */
export interface Finding {
  readonly path: Path;
  readonly text: string;
  readonly hint?: string;
}

/** A socket address holds 107 bytes; a restart binds `<socket>.<pid>` first. */
export const maxSocketBytes = 100;

interface Address {
  readonly socket?: string | undefined;
  readonly port?: number | undefined;
}

/** The address of one process, set at `path`. */
export function checkAddress(path: Path, { socket, port }: Address): Finding[] {
  if (socket === undefined) return [];
  const key = path.join('.');
  if (port !== undefined) {
    const text = `is set beside ${key}.socket, but a process listens on one of them`;
    return [{ path: [...path, 'port'], text }];
  }
  const bytes = Buffer.byteLength(socket);
  if (bytes <= maxSocketBytes) return [];
  const text = `expected a path of at most ${maxSocketBytes} bytes, found ${bytes}`;
  return [{ path: [...path, 'socket'], text }];
}
