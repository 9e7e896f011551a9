import { describeFound } from '../files/entry.js';
import type { Problem } from '../files/problem.js';
import { nearest } from '../nearest.js';
import type { HostInput } from '../schema/host-schema.js';
import { keyOf, type Locate, type Path } from '../schema/validate.js';
import type { HostSettings, PostgresServer } from './types.js';

interface Checking {
  readonly problems: Problem[];
  readonly place: Locate;
}

/** The servers with their names; complains about one without an address and about a default that is none of them. */
export function readServers(input: HostInput['postgres'], checking: Checking): HostSettings['postgres'] {
  const servers: Record<string, PostgresServer> = {};
  const complain = (path: Path, text: string): void => {
    checking.problems.push({ ...checking.place(path), key: keyOf(path), text });
  };
  for (const [name, server] of Object.entries(input.servers)) {
    const path = ['postgres', 'servers', name];
    servers[name] = { name, ...server };
    if (!/^[a-z][a-z0-9-]{0,38}$/.test(name))
      complain(path, `expected a word as name, found ${describeFound(name)}`);
    if (server.embedded && (server.host !== undefined || server.port !== undefined)) {
      complain(
        [...path, server.host === undefined ? 'port' : 'host'],
        'cannot be set for an embedded server',
      );
    }
    if (!server.embedded && server.host === undefined) {
      complain(path, 'expected a host, or "embedded: true", found neither');
    }
  }
  return { default: defaultServer(input, complain), servers };
}

function defaultServer(input: HostInput['postgres'], complain: (path: Path, text: string) => void): string {
  const names = Object.keys(input.servers);
  const wanted = input.default ?? (names.length === 1 ? names[0] : undefined);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const near = nearest(wanted ?? '', names);
  const text = `expected one of the servers ${names.join(', ') || '(none)'}, found ${describeFound(wanted)}`;
  complain(['postgres', 'default'], near === undefined ? text : `${text}. Did you mean "${near}"?`);
  return '';
}
