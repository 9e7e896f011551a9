import type { ServerAddress } from '../addresses.js';
import { connectServer, type Connection, using } from '../connect.js';
import { claimName } from '../name-lock.js';
import { quoteIdentifier as quoted } from '../quote.js';
import { findTemplates, rolesOf, templatePrefix } from './template.js';

/**
 * Drops the home's templates that are not among the wanted ones, and what killed builders have left, whoever's. One
 * that somebody builds or clones at this moment stays. Answers the names of those that went.
 */
export function dropUnwantedTemplates(
  server: ServerAddress,
  { home, wanted }: { readonly home: string; readonly wanted: ReadonlySet<string> },
): Promise<string[]> {
  return using(connectServer(server), async (admin) => {
    const ready = await findTemplates(admin);
    const unwanted = ready.filter((template) => template.home === home && !wanted.has(template.name));
    const finished = new Set(ready.map(({ name }) => name));
    const begun = (await namesOnServer(admin)).filter((name) => !finished.has(name));
    const dropped: string[] = [];
    for (const name of [...unwanted.map((template) => template.name), ...begun]) {
      if (!(await claimName(admin, name, { waitMs: 0 }))) continue;
      await dropTemplateNamed(admin, name);
      dropped.push(name);
    }
    return dropped;
  });
}

async function namesOnServer(admin: Connection): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT DISTINCT substr(name, 1, $2) AS name
       FROM (SELECT datname AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles) found WHERE name ~ $1`,
    [`^${templatePrefix}[0-9a-f]{16}(_owner)?$`, templatePrefix.length + 16],
  );
  return rows.map(({ name }) => name);
}

/** Whatever of it is there. By somebody who has claimed its name. */
export async function dropTemplateNamed(admin: Connection, name: string): Promise<void> {
  const { rows } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  if (rows.length > 0) {
    await admin.query(`ALTER DATABASE ${quoted(name)} WITH IS_TEMPLATE false`);
    await admin.query(`DROP DATABASE ${quoted(name)} WITH (FORCE)`);
  }
  const { ownerRole, runtimeRole } = rolesOf(name);
  await admin.query(`DROP ROLE IF EXISTS ${quoted(ownerRole)}, ${quoted(runtimeRole)}`);
}
