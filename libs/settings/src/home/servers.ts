import { resolve } from 'node:path';
import { describeFound } from '../files/entry.js';
import type { Problem } from '../files/problem.js';
import { nearest } from '../nearest.js';
import type { HostInput } from '../schema/host-schema.js';
import { keyOf, type Locate, type Path } from '../schema/validate.js';
import type { HostSettings, PoolerSettings, PostgresServer } from './types.js';

interface Checking {
  readonly problems: Problem[];
  readonly place: Locate;
  /** The home, which paths of files are relative to. */
  readonly dir: string;
}

type Complain = (path: Path, text: string) => void;
type ServerInput = HostInput['postgres']['servers'][string];
type PoolerInput = NonNullable<ServerInput['pooler']>;

/** The servers with their names; complains about one without an address and about a default that is none of them. */
export function readServers(input: HostInput['postgres'], checking: Checking): HostSettings['postgres'] {
  const servers: Record<string, PostgresServer> = {};
  const complain: Complain = (path, text) => {
    checking.problems.push({ ...checking.place(path), key: keyOf(path), text });
  };
  for (const [name, server] of Object.entries(input.servers)) {
    const path = ['postgres', 'servers', name];
    servers[name] = readServer(name, server, checking.dir);
    if (!/^[a-z][a-z0-9-]{0,38}$/.test(name))
      complain(path, `expected a word as name, found ${describeFound(name)}`);
    checkAddress(server, path, complain);
    checkTls(server, path, complain);
    checkLogin(server, path, complain);
    if (server.pooler !== undefined) checkPooler(server.pooler, [...path, 'pooler'], complain);
  }
  return { default: defaultServer(input, complain), servers };
}

function readServer(name: string, { pooler, ...server }: ServerInput, dir: string): PostgresServer {
  const { caFile, certFile, keyFile } = server;
  const at = (file: string | undefined) => (file === undefined ? undefined : resolve(dir, file));
  return {
    ...{ name, ...server },
    ...(caFile && { caFile: at(caFile) }),
    ...(certFile && { certFile: at(certFile) }),
    ...(keyFile && { keyFile: at(keyFile) }),
    ...(pooler && { pooler: readPooler(pooler, at) }),
  };
}

function readPooler(
  pooler: PoolerInput,
  at: (file: string | undefined) => string | undefined,
): PoolerSettings {
  const { caFile, authFile } = pooler;
  return {
    ...pooler,
    ...(caFile && { caFile: at(caFile) }),
    ...(authFile && { authFile: at(authFile) }),
  };
}

function checkAddress(server: ServerInput, path: Path, complain: Complain): void {
  if (server.embedded) {
    const addressed = (['host', 'port', 'caFile', 'certFile', 'keyFile'] as const).find(
      (key) => server[key] !== undefined,
    );
    if (addressed !== undefined) complain([...path, addressed], 'cannot be set for an embedded server');
    if (server.ssl !== 'off') complain([...path, 'ssl'], 'cannot be set for an embedded server');
  } else if (server.host === undefined) {
    complain(path, 'expected a host, or "embedded: true", found neither');
  }
}

/** What would be passed over in silence is no less wrong: somebody believes that it protects. */
function checkTls(server: ServerInput | PoolerInput, path: Path, complain: Complain): void {
  const { host, ssl, caFile } = server;
  if (caFile !== undefined && ssl !== 'verify') {
    complain([...path, 'caFile'], `is looked at with "ssl: verify" only, found "ssl: ${ssl}"`);
  }
  if (host?.startsWith('/') === true && ssl !== 'off') {
    complain(
      [...path, 'ssl'],
      `expected "off" for a Unix socket, which Postgres never encrypts, found "${ssl}"`,
    );
  }
}

function checkPooler(pooler: PoolerInput, path: Path, complain: Complain): void {
  checkTls(pooler, path, complain);
  if (pooler.authFile !== undefined && pooler.user === undefined) {
    complain([...path, 'authFile'], 'expected a user beside it, who has the pooler read it anew, found none');
  }
}

function checkLogin({ ssl, certFile, keyFile }: ServerInput, path: Path, complain: Complain): void {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const [there, missing] = certFile === undefined ? ['keyFile', 'certFile'] : ['certFile', 'keyFile'];
    complain([...path, there], `expected ${missing} beside it, found none`);
  } else if (certFile !== undefined && ssl === 'off') {
    complain([...path, 'certFile'], 'is shown over an encrypted connection only, found "ssl: off"');
  }
}

function defaultServer(input: HostInput['postgres'], complain: Complain): string {
  const names = Object.keys(input.servers);
  const wanted = input.default ?? (names.length === 1 ? names[0] : undefined);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const near = nearest(wanted ?? '', names);
  const text = `expected one of the servers ${names.join(', ') || '(none)'}, found ${describeFound(wanted)}`;
  complain(['postgres', 'default'], near === undefined ? text : `${text}. Did you mean "${near}"?`);
  return '';
}
