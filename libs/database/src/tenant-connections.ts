import type { TenantDatabase } from './addresses.js';
import { connectAs, type Connection, type DatabaseRole, guarded, using } from './connect.js';

/**
 * The connections to one tenant's database that several steps share, one for each role: opening one costs more than most
 * of what is asked over it. Whoever made this closes it.
 */
export class TenantConnections {
  readonly #opened = new Map<DatabaseRole, Promise<Connection>>();

  constructor(private readonly db: TenantDatabase) {}

  /** Begins to connect; what goes wrong with it is said to whoever uses the connection. */
  open(...roles: readonly DatabaseRole[]): void {
    for (const role of roles) this.#as(role).catch(() => {});
  }

  /** Runs `work` as `using` does, but leaves the connection open. */
  async use<Result>(role: DatabaseRole, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = await this.#as(role);
    try {
      return await guarded(connection, work);
    } catch (error) {
      // Whatever became of it, the next one gets another.
      await this.#close(role);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened.keys()].map((role) => this.#close(role)));
  }

  #as(role: DatabaseRole): Promise<Connection> {
    const opened = this.#opened.get(role) ?? connectAs(this.db, role);
    this.#opened.set(role, opened);
    return opened;
  }

  async #close(role: DatabaseRole): Promise<void> {
    const opened = this.#opened.get(role);
    this.#opened.delete(role);
    // One that could not be opened, or that the server has closed, is closed.
    await opened?.then((connection) => connection.end()).catch(() => {});
  }
}

/** Shared connections where there are some, else of its own, which are closed in the end. */
export async function withConnections<Result>(
  db: TenantDatabase,
  shared: TenantConnections | undefined,
  work: (connections: TenantConnections) => Promise<Result>,
): Promise<Result> {
  if (shared) return work(shared);
  const own = new TenantConnections(db);
  try {
    return await work(own);
  } finally {
    await own.close();
  }
}

/** Runs `work` over the shared connection of a role, or over one of its own. */
export function withRole<Result>(
  {
    db,
    connections,
    role,
  }: { db: TenantDatabase; connections?: TenantConnections | undefined; role: DatabaseRole },
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return connections ? connections.use(role, work) : using(connectAs(db, role), work);
}
