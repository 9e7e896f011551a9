import type { TenantDatabase } from '../addresses.js';
import { quoteIdentifier } from '../quote.js';

/** The statements as this tenant's database takes them: with the names for which `:"owner"` and the like stand. */
export function withNames(sql: string, { server, name, ownerRole, runtimeRole }: TenantDatabase): string {
  const names = { owner: ownerRole, runtime: runtimeRole, admin: server.user, database: name };
  return sql.replaceAll(/:"(owner|runtime|admin|database)"/g, (_, key: keyof typeof names) =>
    quoteIdentifier(names[key]),
  );
}
