import { fstatSync } from 'node:fs';
import { platform } from 'node:process';

import { SettingsError, workerSocket } from '#libs/settings';

export type ListenTarget =
  | { readonly kind: 'descriptor'; readonly fd: number }
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'port'; readonly host: string; readonly port: number };

export interface ListenSettings {
  readonly tenant: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly http: {
    readonly socket?: string | undefined;
    readonly port?: number | undefined;
    readonly host: string;
  };
}

export class CannotListen extends SettingsError {
  override readonly code = 'CANNOT_LISTEN';
}

/** `sun_path` holds 108 bytes on Linux, 104 elsewhere, and ends with a zero byte (unix(7)). */
const longestSocketPath = platform === 'linux' ? 107 : 103;

/** The first descriptor that systemd passes, sd_listen_fds(3). */
const inheritedDescriptor = 3;

/** An inherited socket, else the Unix socket, else the port of the settings. */
export function listenTarget({ tenant, env, pid, http }: ListenSettings): ListenTarget {
  if (isSocketInherited(env, pid)) {
    return { kind: 'descriptor', fd: checkedDescriptor(tenant, env['LISTEN_FDS']) };
  }
  if (http.socket !== undefined) {
    const path = workerSocket(http.socket, workerNumber(tenant, env));
    return { kind: 'socket', path: checkedPath(tenant, path) };
  }
  if (http.port !== undefined) return { kind: 'port', host: http.host, port: http.port };
  throw new CannotListen(`${tenant}: no inherited socket, http.socket or http.port to listen on.`, {
    tenant,
    hint: 'Set http.socket or http.port in its settings.yaml.',
  });
}

/** `TENANT_WORKER`: which of the tenant's processes this is, where it has several. */
function workerNumber(tenant: string, { TENANT_WORKER: text = '' }: ListenSettings['env']): number {
  if (text === '') return 1;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new CannotListen(`${tenant}: TENANT_WORKER: expected a number from 1 to 99, found "${text}".`, {
    tenant,
    hint: 'Leave it out, unless the tenant has several processes.',
  });
}

function isSocketInherited(env: ListenSettings['env'], pid: number): boolean {
  const { LISTEN_FDS: count, LISTEN_PID: owner } = env;
  if (count === undefined || count === '' || count === '0') return false;
  // Variables that were meant for another process, such as a wrapper, name its pid.
  return owner === undefined || owner === '' || owner === String(pid);
}

function checkedDescriptor(tenant: string, count: string | undefined): number {
  if (count !== '1') {
    throw new CannotListen(`${tenant}: expected one inherited socket, found LISTEN_FDS=${count}.`, {
      tenant,
      hint: 'Give the socket unit one ListenStream=.',
    });
  }
  if (!isSocket(inheritedDescriptor)) {
    throw new CannotListen(`${tenant}: LISTEN_FDS=1, but descriptor 3 is not a socket.`, {
      tenant,
      hint: 'Start it by the socket unit, or without LISTEN_FDS.',
    });
  }
  return inheritedDescriptor;
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

function checkedPath(tenant: string, path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestSocketPath) return path;
  throw new CannotListen(
    `${tenant}: http.socket: expected a path of at most ${longestSocketPath} bytes, found ${bytes}: ${path}`,
    { tenant, hint: 'Set http.socket to a shorter path, such as one below /run.' },
  );
}
