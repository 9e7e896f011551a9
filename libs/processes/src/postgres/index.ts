export {
  embeddedPostgresStatus,
  type EmbeddedPostgres,
  type PostgresStatus,
  type RunningPostgres,
  startEmbeddedPostgres,
  type StartOptions,
} from './embedded.js';
export * from './errors.js';
export { followLink, shareSocketDir } from './placement.js';
export { stopEmbeddedPostgres } from './stop.js';
export { startThrowawayPostgres, type ThrowawayOptions, type ThrowawayPostgres } from './throwaway.js';
