import { spawn } from 'node:child_process';

export interface Readiness {
  readonly release: string;
  readonly head: string | null;
}

/** Tells whoever started this process that it listens: by IPC to a parent, by sd_notify to systemd. */
export function reportReady(
  { release, head }: Readiness,
  env: Readonly<Record<string, string | undefined>>,
): void {
  // With a callback: a parent that dies right now must not make this an error that nobody handles.
  if (process.connected) process.send?.({ type: 'ready', release, head }, () => {});
  notifySystemd('--ready', env);
}

/** Tells systemd that it drains, so that it does not count as unresponsive. */
export function reportStopping(env: Readonly<Record<string, string | undefined>>): void {
  notifySystemd('--stopping', env);
}

/** Node has no datagram Unix sockets, so systemd's own client speaks; the unit needs `NotifyAccess=all`. */
function notifySystemd(message: string, env: Readonly<Record<string, string | undefined>>): void {
  const { NOTIFY_SOCKET: socket, PATH: path } = env;
  if (socket === undefined || socket === '') return;
  const child = spawn('systemd-notify', [message], {
    stdio: 'ignore',
    env: { NOTIFY_SOCKET: socket, PATH: path },
  });
  child.on('error', (error) => {
    process.emitWarning(`systemd-notify: ${error.message}`, { code: 'TENANTRY_NOTIFY' });
  });
  child.unref();
}
