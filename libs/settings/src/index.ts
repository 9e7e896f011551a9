export * from './application.js';
export * from './edit/edit-overlay.js';
export * from './errors.js';
export { namesIn } from './files/names-in.js';
export { syncFolder, writeFileAtomically } from './files/write-file.js';
export * from './fleet-conflicts.js';
export { type FileSender, fileSenderOf } from './home/file-sender.js';
export { findHome, NoHome } from './home/find.js';
export { openHome, openTenantHome } from './home/home.js';
export {
  homePaths,
  prepareSocketFolder,
  removeSocketFolder,
  requireOwnSocketFolder,
  UnsafeSocketFolder,
} from './home/paths.js';
export {
  PostgresNotRunning,
  runtimeEndpoint,
  serverAddress,
  serverEndpoint,
  serverRunFile,
  UnknownServer,
} from './home/server-address.js';
export * from './home/types.js';
export { formatProblem, InvalidSettings, type Problem } from './files/problem.js';
export { defaultDatabaseName } from './layers/derived.js';
export * from './layers/types.js';
export * from './loader.js';
export * from './nearest.js';
export * from './registry.js';
export { overlayJsonSchema } from './schema/json-schema.js';
export { requireSettingsKey, UnknownSettingsKey } from './schema/find-key.js';
export { listHostKeys, listSettingsKeys, type SettingsKey } from './schema/keys.js';
export { type Frozen, type Settings } from './schema/core.js';
export { byteSize, duration, integer, pattern, secret, text, type FieldMeta } from './schema/fields.js';
export { isHost, isReleaseId } from './schema/names.js';
export * from './secret.js';
export * from './secrets-file.js';
export * from './sites.js';
export * from './tenant-name.js';
export * from './units.js';
export * from './worker-socket.js';
