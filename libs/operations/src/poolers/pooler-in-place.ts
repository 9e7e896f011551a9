/** A server whose host and port lead to a connection pooler: what that means, and what to do about it. */
export interface PoolerInPlace {
  readonly where: string;
  readonly what: string;
  readonly fix: string;
}

/** In the words of the doctor, and of a deploy that is refused. */
export function poolerInPlace(server: string): PoolerInPlace {
  const key = `postgres.servers.${server}`;
  return {
    where: `Postgres "${server}"`,
    what: 'is a connection pooler: migrations would go through it, where no lock holds',
    fix: `Set ${key}.host and ${key}.port in tenantry.yaml to those of Postgres itself, and name the PgBouncer as ${key}.pooler.`,
  };
}
