import { dirname, join } from 'node:path';
import type { EdgePlan } from '../../plan.js';

type ServerKind = Exclude<EdgePlan['kind'], 'gateway'>;

/** A program with its arguments; nothing of it is for a shell. */
export type Command = readonly [program: string, ...words: string[]];

export interface EdgeCommands {
  /** The server's own checker, over the files below `<folder>/hosting`: the home, or a folder with files to come. */
  readonly check: Command;
  /** A server of its own in the foreground. */
  readonly run: Command;
  /** Has that server take new files without losing a request. */
  readonly reload: Command;
  /** What Debian's service of the server is called. */
  readonly service: string;
}

/** `folder` holds `hosting/<kind>/…`; `runDir` is that of the plan. */
export function edgeCommands(
  kind: ServerKind,
  { folder, runDir }: { readonly folder: string; readonly runDir: string },
): EdgeCommands {
  switch (kind) {
    case 'nginx':
      return nginxCommands(join(folder, 'hosting/nginx/nginx.conf'));
    case 'apache':
      return apacheCommands(join(folder, 'hosting/apache'));
    case 'caddy':
      return caddyCommands(join(folder, 'hosting/caddy/Caddyfile'), join(runDir, 'caddy.sock'));
  }
}

function nginxCommands(file: string): EdgeCommands {
  return {
    check: ['nginx', '-t', '-q', '-c', file],
    run: ['nginx', '-c', file, '-g', 'daemon off;'],
    reload: ['nginx', '-c', file, '-s', 'reload'],
    service: 'nginx',
  };
}

function apacheCommands(root: string): EdgeCommands {
  const words = ['-d', root, '-f', 'httpd.conf'];
  return {
    check: ['apache2', ...words, '-t'],
    run: ['apache2', ...words, '-D', 'FOREGROUND'],
    reload: ['apache2', ...words, '-k', 'graceful'],
    service: 'apache2',
  };
}

function caddyCommands(file: string, socket: string): EdgeCommands {
  const words = ['--adapter', 'caddyfile', '--config', file];
  return {
    check: ['caddy', 'validate', ...words],
    run: ['caddy', 'run', ...words, '--pidfile', join(dirname(socket), 'caddy.pid')],
    reload: ['caddy', 'reload', ...words, '--address', `unix/${socket}`],
    service: 'caddy',
  };
}
