import type { AdminLogin, PoolMode, Secret, Tls } from '#libs/settings';

/** Where a Postgres server listens. `host` beginning with `/` is the folder of a Unix socket. */
export interface ServerEndpoint extends Tls {
  /** As `tenantry.yaml` calls it; only for messages. */
  readonly name?: string | undefined;
  readonly host: string;
  readonly port: number;
  /** How the pooler shares its connections, where this is a PgBouncer in front of the server. */
  readonly pooler?: PoolMode | undefined;
}

/** A server, and the login that creates databases and roles there. */
export interface ServerAddress extends ServerEndpoint, AdminLogin {}

/** The login to the console of a PgBouncer. */
export interface PoolerAddress extends ServerEndpoint {
  readonly pooler: PoolMode;
  readonly user: string;
  readonly password?: Secret | undefined;
}

/** What a tenant's process needs to reach its database, and no more. */
export interface RuntimeLogin {
  readonly server: ServerEndpoint;
  readonly name: string;
  readonly runtimeRole: string;
  readonly runtimePassword: Secret;
}

/** One tenant's database: its owner role makes and alters tables, its runtime role only reads and writes rows. */
export interface TenantDatabase extends RuntimeLogin {
  readonly server: ServerAddress;
  readonly ownerRole: string;
  readonly ownerPassword: Secret;
}

/** Whose database or media root it is. `id` is a UUID made with the tenant: a second "acme" is not the first. */
export interface Identity {
  readonly tenant: string;
  readonly id: string;
}

/** What a caller knows about whose it should be. */
export interface ExpectedIdentity {
  readonly tenant: string;
  readonly id?: string | undefined;
}
