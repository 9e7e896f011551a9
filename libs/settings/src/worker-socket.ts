/**
 * Where a tenant's further processes listen, beside its first, whose Unix socket this is: `run/acme.sock`, then
 * `run/acme.2`, `run/acme.3`. No longer than the first, as the address of a socket holds few bytes.
 */
export function workerSocket(socket: string, worker: number): string {
  return worker === 1 ? socket : `${socket.replace(/\.sock$/, '')}.${worker}`;
}
