/** A PgBouncer between the processes of tenants and their server. */
export interface PgBouncerPlan {
  /** The server, as tenantry.yaml calls it. */
  readonly name: string;
  readonly isDefault: boolean;
  readonly server: { readonly host: string; readonly port: number } & PgBouncerTls;
  readonly pooler: {
    readonly host: string;
    readonly port: number;
    readonly mode: 'session' | 'transaction';
    readonly authFile?: string | undefined;
    readonly user?: string | undefined;
  } & PgBouncerTls;
  /** Connections that all tenants' processes may open at once. */
  readonly clients: number;
  /** Of those of one tenant, at most: with the processes that are just replaced, and a look by hand. */
  readonly sessions: number;
}

interface PgBouncerTls {
  readonly ssl: 'off' | 'require' | 'verify';
  readonly caFile?: string | undefined;
}

/** Tenants will be added. A client costs it a few kilobytes. */
const fewestClients = 1000;
/** In session mode: two processes with pools of the usual size, and some more. */
const fewestSessions = 20;
/** In transaction mode; a connection serves many requests a second. */
const poolSize = 5;

/** `pgbouncer.ini`. https://www.pgbouncer.org/config.html */
export function pgBouncerText(plan: PgBouncerPlan): string {
  const { name, isDefault, server, pooler } = plan;
  return [
    `; Written by: tenantry postgres pooler${isDefault ? '' : ` --server ${name}`}`,
    '[databases]',
    '; Each tenant has a database and a role of its own, and so a pool of its own.',
    `* = host=${connectionWord(server.host)} port=${server.port}`,
    '',
    '[pgbouncer]',
    ...listenLines(pooler),
    `pool_mode = ${pooler.mode}`,
    '',
    ...loginLines(pooler),
    '',
    ...sizeLines(plan),
    '',
    '; A password that was just rotated is tried again after a second, not after fifteen.',
    'server_login_retry = 1',
    'query_wait_timeout = 15',
    ...tlsLines(plan),
    '',
  ].join('\n');
}

function connectionWord(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

function listenLines({ host, port }: PgBouncerPlan['pooler']): string[] {
  const where = host.startsWith('/')
    ? [`unix_socket_dir = ${host}`]
    : [`listen_addr = ${host}`, 'unix_socket_dir ='];
  return [...where, `listen_port = ${port}`];
}

function loginLines({ authFile, user }: PgBouncerPlan['pooler']): string[] {
  return [
    '; Who may log in, and with what password to the server: each role as itself.',
    'auth_type = scram-sha-256',
    `auth_file = ${authFile ?? '/etc/pgbouncer/userlist.txt'}`,
    ...(user === undefined ? [] : [`admin_users = ${user}`]),
  ];
}

function sizeLines({ clients, sessions, pooler }: PgBouncerPlan): string[] {
  const size = pooler.mode === 'session' ? Math.max(sessions, fewestSessions) : poolSize;
  return [
    `max_client_conn = ${Math.max(2 * clients, fewestClients)}`,
    '; For each tenant. Those of tenants that are asked nothing are closed.',
    `default_pool_size = ${size}`,
    'min_pool_size = 0',
    'server_idle_timeout = 60',
  ];
}

function tlsLines({ server, pooler }: PgBouncerPlan): string[] {
  const towards = { off: 'disable', require: 'require', verify: 'verify-full' } as const;
  return [
    '',
    `server_tls_sslmode = ${server.host.startsWith('/') ? 'disable' : towards[server.ssl]}`,
    ...(server.caFile === undefined ? [] : [`server_tls_ca_file = ${server.caFile}`]),
    ...(pooler.ssl === 'off'
      ? []
      : [
          'client_tls_sslmode = require',
          '; Its own certificate, for the name that tenantry.yaml has as its host.',
          'client_tls_cert_file = /etc/pgbouncer/server.crt',
          'client_tls_key_file = /etc/pgbouncer/server.key',
        ]),
  ];
}
