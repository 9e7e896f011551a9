import { rmSync } from 'node:fs';

import { startThrowawayPostgres } from '#libs/processes';

import { type FleetHome, type MadeMigration, makeFleetHome } from '../tests/support/fleet-home.js';
import { publishTestServer } from '../tests/support/test-postgres.js';

/** A fleet on a server of its own, whose release gets one migration after the other. */
export interface BenchFleet {
  readonly home: FleetHome;
  /** Makes the next release, which has one migration more; answers how many it has. */
  readonly add: (...migrations: readonly MadeMigration[]) => number;
  remove(): Promise<void>;
}

export async function makeBenchFleet(tenantCount: number): Promise<BenchFleet> {
  const postgres = await startThrowawayPostgres({});
  try {
    publishTestServer(postgres.server);
    const home = await makeFleetHome(tenantCount);
    const migrations: MadeMigration[] = [];
    let releases = 0;
    const add = (...more: readonly MadeMigration[]): number => {
      migrations.push(...more);
      releases += 1;
      home.use(`r${releases}`, migrations);
      return migrations.length;
    };
    // The server goes whole, which is faster than one database after the other.
    const remove = async (): Promise<void> => {
      await postgres.stop();
      rmSync(home.dir, { recursive: true, force: true });
    };
    return { home, add, remove };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
