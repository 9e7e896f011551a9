import startTestPostgres from './postgres-global.js';
import { makeSharedBundle } from './shared-bundle.js';

/** Jest's globalSetup: what many test files use, made once for the run. */
export default async function setUpRun(): Promise<void> {
  makeSharedBundle();
  await startTestPostgres();
}
