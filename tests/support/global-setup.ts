import startTestPostgres from './postgres-global.js';
import { makeSharedBundles } from './shared-bundle.js';

/** Jest's globalSetup: what many test files use, made once for the run. */
export default async function setUpRun(): Promise<void> {
  makeSharedBundles();
  await startTestPostgres();
}
