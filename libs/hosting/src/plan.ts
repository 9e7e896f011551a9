/** What the hosts of a home are to look like; every file that another program reads is made from this alone. */
export interface HostingPlan {
  /** Absolute paths. */
  readonly home: string;
  readonly current: string;
  readonly tenantsDir: string;
  readonly runDir: string;
  /** `runDir`, or a shorter one. */
  readonly socketsDir: string;
  readonly logDir: string;
  /** Who owns the home and runs its commands. */
  readonly operator: OsUser;
  readonly processes: 'embedded' | 'systemd' | 'supervisord';
  /** `tenant`: what units and programs are called. */
  readonly unitPrefix: string;
  /** Whether tenants run as users of their own. */
  readonly hasOwnUsers: boolean;
  readonly edge: EdgePlan;
  /** Embedded servers, for the process manager to keep. Sorted by name. */
  readonly postgres: readonly PostgresPlan[];
  /** Sorted by name. Suspended tenants are listed, with `isSuspended`. */
  readonly units: readonly UnitPlan[];
  /** Sorted by tenant, then site; a tenant's own comes before its sites. */
  readonly vhosts: readonly VhostPlan[];
}

export interface OsUser {
  readonly user: string;
  readonly group: string;
}

/** An embedded Postgres server. */
export interface PostgresPlan {
  /** As tenantry.yaml calls it. */
  readonly server: string;
  /** What runs it in the foreground, word by word; the first is an absolute path. */
  readonly command: readonly string[];
  /** The folder that holds its data folder, by its real path: it may lie outside of the home. */
  readonly dataParent: string;
  readonly logFile: string;
}

export interface EdgePlan {
  readonly kind: 'gateway' | 'nginx' | 'apache' | 'caddy';
  /** Where the edge listens. */
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Proxies in front of the edge whose forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Addresses that it listens on; without any, all of IPv4 and IPv6. */
  readonly addresses?: readonly string[];
  /**
   * Whether a process may leave the sending of a file to the edge. Only nginx refuses links then; through the others a
   * process could read what the edge may read. Default: for nginx.
   */
  readonly sendsFiles?: boolean;
  /** Where a request goes whose process cannot be reached, such as one that was stopped while idle: the gateway, which starts it. */
  readonly fallback?: { readonly host: string; readonly port: number };
  /** What Apache, which cannot refuse a handshake, shows to who asks for an unknown name; default: the first certificate. */
  readonly defaultTls?: { readonly certificate: string; readonly key: string };
  /** Caddy only: certificates made when a known host is first asked for, by a public authority or by Caddy's own. */
  readonly onDemandTls?: 'public' | 'internal';
  /** Caddy only: loopback port at which it asks itself whether a host is known, before it gets a certificate for it. */
  readonly onDemandPort?: number;
}

/** One process of a tenant, or the processes of one site that has its own: `acme`, `liberty.kids`. */
export interface UnitPlan {
  readonly name: string;
  readonly tenant: string;
  readonly site: string | undefined;
  readonly app: string;
  /** `path` is `current` unless the tenant is held on another release. */
  readonly release: { readonly id: string; readonly path: string; readonly isHeld: boolean };
  /** What the process starts with, beside what its manager adds. Sorted by name. */
  readonly environment: Readonly<Record<string, string>>;
  /** The tenant's own, where it has one; else the operator's. */
  readonly user: OsUser;
  /** Group that connects to its socket and reads its media. */
  readonly edgeGroup: string;
  readonly listen: { readonly socket: string } | { readonly host: string; readonly port: number };
  /** More than one share the socket. */
  readonly workers: number;
  readonly memoryBytes: number;
  readonly cpuWeight: number | undefined;
  readonly tasksMax: number | undefined;
  /** Undefined: never. */
  readonly idleStopMs: number | undefined;
  readonly startTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly logFile: string;
  /** What it may reach beside its own socket. */
  readonly network: NetworkPlan;
  readonly tenantDir: string;
  readonly mediaRoot: string;
  readonly settingsFile: string;
  /** Undefined where its secrets are kept elsewhere. */
  readonly secretsFile: string | undefined;
  readonly isSuspended: boolean;
}

/**
 * `unix`: Unix sockets alone, its Postgres listens on one; `addresses`: these and loopback; `any`: its Postgres is known
 * by a name only, and no list of addresses could be trusted to stay right.
 */
export type NetworkPlan =
  | { readonly kind: 'unix' }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'any' };

/** Hosts that are answered alike. */
export interface VhostPlan {
  readonly tenant: string;
  readonly site: string | undefined;
  /** Lower case; `.acme.example.app` means all subdomains. */
  readonly hosts: readonly string[];
  /** Name of the unit that answers. */
  readonly unit: string;
  readonly title: string;
  readonly colors: { readonly primary: string; readonly background: string; readonly text: string };
  readonly media: { readonly publicDir: string; readonly privateDir: string } | undefined;
  readonly uploadLimitBytes: number;
  readonly bodyLimitBytes: number;
  /** How long the edge waits for an answer. */
  readonly requestTimeoutMs: number;
  readonly accessLog: string;
  readonly errorLog: string;
  /** Given certificates; without them, plain HTTP, or Caddy's own on demand. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly isSuspended: boolean;
}

/** A file for another program. Deterministic: the same plan gives the same bytes. */
export interface GeneratedFile {
  /** Relative to the home. */
  readonly path: string;
  /** Its first line, or the one after `#!`, is `headerOf` the plan: what has no such line is never touched. */
  readonly text: string;
  /** Default 0644. */
  readonly mode?: number;
}

/** One edge server or process manager. */
export interface Generator {
  readonly name: string;
  generate(plan: HostingPlan): readonly GeneratedFile[];
}
