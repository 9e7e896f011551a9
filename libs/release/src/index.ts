export { describeMigrations, type DescribedMigration } from './describe-migrations.js';
export { buildBundle, type BuildBundleInput } from './build-bundle.js';
export { NotBundled } from './bundle/bundle-application.js';
export { NotWarmed, type ScratchTenant } from './bundle/warm-bundle.js';
export {
  listApplications,
  loadApplication,
  loadApplicationsNow,
  type LoadOptions,
  NotCompiled,
  operatorBundle,
  UnknownApplication,
} from './load-application.js';
export type { Release } from './release.js';
export { type WatchInput, watchCheckout } from './watch-checkout.js';
export { NothingCurrent, resolveRelease, type ResolveReleaseInput } from './resolve-release.js';
export {
  hasStaleBundle,
  memoryEnvironment,
  pinnedNode,
  tenantCommand,
  type TenantCommand,
} from './tenant-command.js';
export type {
  ApplicationManifest,
  FileManifest,
  MigrationManifest,
  ReleaseManifest,
  RuntimeManifest,
} from './manifest.js';
export { buildRelease, type BuildReleaseInput, freeId } from './build/build-release.js';
export { settingsSchemaFile } from './build/describe-release.js';
export {
  DiskFull,
  InvalidReleaseId,
  NoMigrationSource,
  ReleaseExists,
  SmokeBootFailed,
} from './build/errors.js';
export { defaultReleaseId, DirtyCheckout } from './build/source.js';
export { DamagedArchive, ForeignRelease, NoArchive, UnsafeArchive } from './archive/errors.js';
export { installRelease, type Installed } from './archive/install-release.js';
export { readArchivedManifest } from './archive/unpack.js';
export { type Archive, writeArchive } from './archive/write-archive.js';
export { removeStaged } from './build/staging.js';
export { activate } from './directory/activate.js';
export {
  goodReleases,
  recordRelease,
  type ReleaseEvent,
  releaseEvents,
  type ReleaseEventName,
} from './directory/release-log.js';
export {
  BrokenManifest,
  currentRelease,
  isFinished,
  listReleases,
  openRelease,
  readManifest,
  UnknownRelease,
} from './directory/releases.js';
export {
  prunedPrefix,
  removeRelease,
  type RemoveOptions,
  removeUnusedRuntimes,
  unusedRuntimes,
} from './directory/remove-release.js';
export { type Verification, verifyRelease } from './directory/verify.js';
