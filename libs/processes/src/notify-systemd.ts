import { commandEnvironment, runCommand } from './run-command.js';

/**
 * Tells systemd that this process is ready, where one asked to be told. Node has no datagram Unix sockets, so systemd's
 * own client speaks, as a child: the unit needs `NotifyAccess=all`. https://www.freedesktop.org/software/systemd/man/systemd-notify.html
 */
export async function notifyReady(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { NOTIFY_SOCKET: socket } = env;
  if (!socket) return;
  await runCommand({
    command: 'systemd-notify',
    args: ['--ready'],
    env: { ...commandEnvironment, NOTIFY_SOCKET: socket },
  });
}
