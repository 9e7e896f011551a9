import { join } from 'node:path';
import type { EdgePlan } from '../../plan.js';

type ServerKind = Exclude<EdgePlan['kind'], 'gateway'>;

/** A program with its arguments; nothing of it is for a shell. */
export type Command = readonly [program: string, ...words: string[]];

export interface EdgeCommands {
  /** The server's own checker, over the files below `<folder>/hosting`: the home, or a folder with files to come. */
  readonly check: Command;
  /** A server of its own in the foreground, for a host without one. */
  readonly run: Command;
}

/** `folder` holds `hosting/<kind>/…`. */
export function edgeCommands(kind: ServerKind, folder: string): EdgeCommands {
  switch (kind) {
    case 'nginx': {
      const file = join(folder, 'hosting/nginx/nginx.conf');
      return { check: ['nginx', '-t', '-q', '-c', file], run: ['nginx', '-c', file, '-g', 'daemon off;'] };
    }
    case 'apache': {
      const words = ['-d', join(folder, 'hosting/apache'), '-f', 'httpd.conf'];
      return { check: ['apache2', ...words, '-t'], run: ['apache2', ...words, '-D', 'FOREGROUND'] };
    }
    case 'caddy': {
      const words = ['--adapter', 'caddyfile', '--config', join(folder, 'hosting/caddy/Caddyfile')];
      return { check: ['caddy', 'validate', ...words], run: ['caddy', 'run', ...words] };
    }
  }
}
