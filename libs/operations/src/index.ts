export { deleteTenant } from './lifecycle/delete-tenant.js';
export { moveTenant } from './lifecycle/move-tenant.js';
export { purgeExpired, purgeTenant } from './lifecycle/purge-tenant.js';
export { recoverTenant } from './lifecycle/recover-tenant.js';
export { renameTenant } from './lifecycle/rename-tenant.js';
export { resumeTenant, suspendTenant } from './lifecycle/suspend-tenant.js';
export { trashList } from './lifecycle/trash-list.js';
export { undeleteTenant } from './lifecycle/undelete-tenant.js';
export { changePostgres } from './home/change-postgres.js';
export {
  type CreateRequest,
  type CreateResult,
  TenantExists,
  createTenant,
} from './tenants/create-tenant.js';
export { BadRows, createMany, type CreateManyRequest } from './tenants/from-file/create-many.js';
export { buildCheckout } from './releases/build-checkout.js';
export { type Built, buildRelease, NotACheckout } from './releases/build-release.js';
export {
  checkRelease,
  type ListedRelease,
  ReleaseDamaged,
  releaseList,
  showRelease,
} from './releases/list-releases.js';
export {
  type Hold,
  holdFile,
  type OwnRelease,
  NoSuchOwnRelease,
  readHold,
  releaseFor,
  releaseText,
} from './releases/release-of.js';
export { PinsUnreadable, pruneReleases } from './releases/uses/prune-releases.js';
export { type MarkedRelease, markedReleases, whyRelease } from './releases/uses/why-release.js';
export type { Use, UseKind } from './releases/uses/uses.js';
export { pinTenant, unpinTenant, PinRefused } from './releases/pin-tenant.js';
export { type Archived, archiveRelease, installRelease } from './releases/archive-release.js';
export { runDemo } from './home/demo.js';
export { type Dependencies, createDependencies } from './dependencies.js';
export { runDevelopment } from './home/development.js';
export {
  type FleetStatus,
  type TenantStatus,
  type UnitStatus,
  fleetStatus,
} from './processes/fleet-status.js';
export { generateMigration } from './migrations/generate-migration.js';
export { ClaimedTwice } from './fleet.js';
export { HomeExists, initHome } from './home/init-home.js';
export { type ListedTenant, listNames, listTenants, showTenant } from './tenants/list-tenants.js';
export { migrateTenants } from './migrations/migrate-tenants.js';
export { type MigrateRequest } from './migrations/migrate-tenants.js';
export { migrationStatus, type TenantMigrations } from './migrations/migration-status.js';
export { migrationDrift, type TenantDrift } from './migrations/drift.js';
export { NothingToCompare } from './migrations/schema-references.js';
export { type RunOptions } from './migrations/migrate-options.js';
export { lintRelease, type LintReport } from './migrations/lint-release.js';
export { resumeRun, retryFailed } from './migrations/resume-run.js';
export { migrateDown, undoRun } from './migrations/revert-tenants.js';
export { parseShare } from './migrations/waves.js';
export { listRuns, showRun } from './runs/list-runs.js';
export type { FleetOutcome, TenantOutcome } from './outcome.js';
export { forEachOf } from './outcome.js';
export { postgresVerbs } from './home/postgres.js';
export { runPostgres } from './home/run-postgres.js';
export { NoPooler, poolerConfiguration } from './poolers/pooler-text.js';
export { restartTenants, startTenants, stopTenants } from './processes/process-verbs.js';
export { type Report, type TaskEnd, type TaskList, silentReport } from './report.js';
export { serveHome } from './processes/serve-home.js';
export { everyTenant, NoTarget, NothingSelected, type TargetSelection, selectTenants } from './targets.js';
export { tenantLogs } from './processes/tenant-logs.js';
export { NotCreated } from './tenants/created.js';
export { type CheckRequest, checkSettings } from './settings/check-settings.js';
export { rotateSecrets } from './settings/rotate-secrets.js';
export { setSecret } from './settings/set-secret.js';
export { type Changed, changeSettings, RestartFailed } from './settings/change-settings.js';
export { editSettings, NoTerminal } from './settings/edit-settings.js';
export { type DiffRequest, diffSettings } from './settings/diff-settings.js';
export { type ExplainedKey, explainSettings } from './settings/explain-settings.js';
export { type GeneratedFile, settingsPage } from './settings/settings-page.js';
export { writeSettingsSchemas } from './settings/settings-schema.js';
export { showSettings } from './settings/show-settings.js';
export { applyHosting } from './hosting/apply-hosting.js';
export { diffHosting, generateHosting } from './hosting/generate-hosting.js';
export { releaseLock, type ShownLock, showLocks } from './locks/lock-verbs.js';
export { findSource } from './releases/deploy/build-first.js';
export { deploy, resumeDeploy } from './releases/deploy/deploy.js';
export { checkNames } from './releases/deploy/findings.js';
export { rollback } from './releases/deploy/rollback.js';
export { doctor } from './doctor/doctor.js';
