import { startThrowawayPostgres, type ThrowawayPostgres } from '#libs/processes';
import { publishTestServer } from './test-postgres.js';

const state = globalThis as { tenantryTestPostgres?: ThrowawayPostgres };

/** One throw-away server for the whole run, which also ends when Jest is killed. */
export default async function startTestPostgres(): Promise<void> {
  // `binDir` lets a run use another major version: TENANTRY_TEST_POSTGRES_BIN=/usr/lib/postgresql/15/bin
  const binDir = process.env['TENANTRY_TEST_POSTGRES_BIN'];
  state.tenantryTestPostgres = await startThrowawayPostgres({ binDir });
  publishTestServer(state.tenantryTestPostgres.server);
}

export async function stopTestPostgres(): Promise<void> {
  await state.tenantryTestPostgres?.stop();
}
