/** Jest's globalTeardown: the counterpart of postgres-global. */
export { stopTestPostgres as default } from './postgres-global.js';
