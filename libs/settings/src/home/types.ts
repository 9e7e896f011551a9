import type { Frozen } from '../schema/core.js';
import type { HostingInput } from '../schema/hosting-schema.js';
import type { Secret } from '../secret.js';

/** Environment variables, handed down so that nothing below reads the process's own. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Where things are in a home; all absolute. */
export interface HomePaths {
  readonly home: string;
  readonly tenants: string;
  readonly run: string;
  /** Folder of the Unix sockets: `run`, or a short private one where the paths would exceed what a socket address holds. */
  readonly sockets: string;
  readonly state: string;
  readonly backups: string;
  readonly releases: string;
  readonly current: string;
  /** Data folders of embedded servers, one each. */
  readonly postgres: string;
}

export type SslMode = 'off' | 'require' | 'verify';

/** Whether a connection is encrypted, and how the other end's certificate is checked. */
export interface Tls {
  readonly ssl: SslMode;
  /** Absolute; with `verify` only. */
  readonly caFile?: string | undefined;
}

export type PoolMode = 'session' | 'transaction';

/** A PgBouncer in front of a server, for the processes of tenants. */
export interface PoolerPlace extends Tls {
  readonly host: string;
  readonly port: number;
  readonly mode: PoolMode;
}

/** The same for whoever looks after it. */
export interface PoolerSettings extends PoolerPlace {
  /** Absolute; where we write the logins of tenants for it. */
  readonly authFile?: string | undefined;
  /** The login to its console. */
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
}

/** Where tenantry.yaml says that a Postgres server is. */
export interface ServerPlace extends Tls {
  readonly name: string;
  /** Run by Tenantry itself, below `postgres/<name>`; its address is known only while it runs. */
  readonly embedded: boolean;
  /** Host name, or the folder of the server's Unix socket. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly pooler?: PoolerPlace | undefined;
}

/** A superuser, or a role with CREATEDB and CREATEROLE. */
export interface AdminLogin {
  readonly user: string;
  /** The one it logs in to. */
  readonly database: string;
  readonly password?: Secret | undefined;
  /** PEM files of what it shows to a server that asks for a certificate, absolute; both or neither. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** A Postgres server as tenantry.yaml describes it. */
export interface PostgresServer extends ServerPlace, AdminLogin {
  /** `false` trades safety against a power cut for speed; embedded servers of demos and tests only. Default: true. */
  readonly durable?: boolean | undefined;
  readonly pooler?: PoolerSettings | undefined;
}

/** tenantry.yaml with the passwords of the home's secrets.yaml. No overlay reaches these. */
export interface HostSettings {
  readonly postgres: { readonly default: string; readonly servers: Readonly<Record<string, PostgresServer>> };
  readonly gateway: {
    readonly host: string;
    readonly port: number;
    /** Addresses and networks (`10.0.0.0/8`) of the proxies in front of the gateway. */
    readonly trustedProxies: readonly string[];
  };
  readonly processes: 'embedded' | 'systemd' | 'supervisord';
  /** Processes kept for each application and release. */
  readonly spares: number;
  readonly edge: 'gateway' | 'nginx' | 'apache' | 'caddy';
  readonly hosting: Frozen<HostingInput>;
  readonly releases: { readonly keep: number };
  /** `keep` in milliseconds. */
  readonly trash: { readonly keep: number };
  readonly rings: readonly string[];
  /** Folders beside the tenant's own that `$file` may read, such as mounted secrets. */
  readonly secretRoots: readonly string[];
  /** A developer's home: messages may name tenants, sources are watched, templates are read anew when they change. */
  readonly development: boolean;
}

export interface Home {
  readonly paths: HomePaths;
  readonly host: HostSettings;
}

/** As much of a home as the settings of its tenants depend on: no login of a server's administrator is in it. */
export interface TenantHome {
  readonly paths: HomePaths;
  readonly host: Pick<HostSettings, 'secretRoots' | 'development' | 'edge' | 'hosting'> & {
    readonly postgres: { readonly default: string; readonly servers: Readonly<Record<string, ServerPlace>> };
  };
}

/** Where a server listens now. */
export interface PostgresEndpoint extends Tls {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Set where this is not the server itself but the pooler in front of it. */
  readonly pooler?: PoolMode | undefined;
}

/** How to log in to a server as the one who creates databases. */
export interface PostgresAddress extends PostgresEndpoint, AdminLogin {}
