import { dirname, join } from 'node:path';
import type { PostgresPlan } from '#libs/hosting';
import { followLink } from '#libs/processes';
import type { Dependencies } from '../dependencies.js';
import { placesOf } from '../home/postgres.js';

/** The embedded servers of a home, each with the command that keeps it. */
export function planPostgres(dependencies: Dependencies): PostgresPlan[] {
  const { home } = dependencies;
  return Object.values(home.host.postgres.servers)
    .filter(({ embedded }) => embedded)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((server) => ({
      server: server.name,
      command: [
        ...operatorCommand(dependencies),
        ...['--home', home.paths.home, 'postgres', 'run', '--server', server.name],
      ],
      dataParent: dirname(followLink(placesOf(home, server).dataDir)),
      logFile: join(home.paths.run, 'log', `postgres-${server.name}.run.log`),
    }));
}

/** By the link that a deploy turns, so that what starts next is of the release that is current then. */
function operatorCommand({ home, currentRelease, entry }: Dependencies): string[] {
  const release = currentRelease();
  if (release.kind === 'built') return [join(home.paths.current, 'bin', 'tenantry')];
  // Not its scripts/tenantry, which may have to compile first.
  return [join(release.dir, 'node_modules', '.bin', 'node'), entry];
}
