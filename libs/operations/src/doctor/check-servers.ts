import { closeMaintenanceDatabases } from '#libs/database';
import { poolerInPlace } from '../poolers/pooler-in-place.js';
import { type Examined } from './examine.js';
import type { ExaminedServer } from './examine-servers.js';
import { found, type Found } from './finding.js';

/** Whether each server answers; what is on one that does not is not looked at, and said once. */
export function checkServers({ servers }: Examined): Found[] {
  return [...servers].flatMap(([name, server]) => {
    switch (server.state) {
      case 'stopped':
        return server.isNeeded ? [down(name)] : [];
      case 'unreachable':
        return [unreachable(name, server.problem)];
      case 'running':
        if (server.inventory.isPooled) return [found('server-is-pooler', poolerInPlace(name))];
        return server.embedded ? open(name, server) : [];
    }
  });
}

function down(name: string): Found {
  const what = 'does not run; its databases and roles were not looked at';
  return found('postgres-down', {
    where: serverText(name),
    what,
    fix: `tenantry postgres start --server ${name}`,
  });
}

function unreachable(name: string, problem: string): Found {
  const what = 'cannot be looked at; its databases and roles were not';
  const fix = 'Check that it runs, and its address and login in tenantry.yaml and secrets.yaml.';
  return found('server-unreachable', { where: serverText(name), what, found: problem, fix });
}

/** On a server that is ours alone: from these databases a tenant's role could see the names of all others. */
function open(name: string, server: Extract<ExaminedServer, { state: 'running' }>): Found[] {
  const { inventory, address } = server;
  const ajar = ['postgres', 'template1'].filter((database) =>
    inventory.databases.get(database)?.publicRights.includes('CONNECT'),
  );
  if (ajar.length === 0) return [];
  const repair = {
    ...{ key: `server ${name}`, tenant: null, does: `let tenants into no database but their own` },
    run: () => closeMaintenanceDatabases(address),
  };
  const what = `every tenant's role may connect to ${ajar.join(' and ')}`;
  return [found('server-open', { where: serverText(name), what, repair })];
}

export function serverText(name: string): string {
  return `Postgres "${name}"`;
}

/** The server if it answers. */
export function runningServer(
  { servers }: Pick<Examined, 'servers'>,
  name: string,
): Extract<ExaminedServer, { state: 'running' }> | undefined {
  const server = servers.get(name);
  return server?.state === 'running' ? server : undefined;
}
