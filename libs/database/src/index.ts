export * from './addresses.js';
export { closeDatabase, openDatabase } from './admit.js';
export { isTooLow, raiseConnectionLimit, readConnectionLimits } from './connection-limit.js';
export { compareRows, type ContentDifference } from './copy/compare-rows.js';
export { copyRows } from './copy/copy-rows.js';
export { copySchema } from './copy/copy-schema.js';
export { requireMovable, requireOtherServer } from './copy/movable.js';
export { connectAs, connectServer, type Connection, type DatabaseRole, using } from './connect.js';
export { TenantConnections } from './tenant-connections.js';
export { createTenantDatabase, type CreationOptions } from './create.js';
export { dropTenantDatabase } from './drop.js';
export * from './errors.js';
export { closeMaintenanceDatabases } from './maintenance-databases.js';
export { migrateDatabase, planMigration } from './migrate.js';
export type { MigrateInput, MigrateResult, MigrationEvent } from './migrate-input.js';
export { migrationNames } from './migration-list.js';
export { setRolePassword, workingPassword } from './passwords.js';
export { leadsTo, limitStatements, readPoolMode, reloadPooler } from './pooler.js';
export { type DatabaseNames, renameDatabase, requireFreeNames, restampDatabase } from './rename.js';
export { InvalidIdentifier, quoteIdentifier } from './quote.js';
export {
  type PasswordSource,
  type PoolSettings,
  runtimeDataSourceOptions,
  type RuntimeDataSourceOptions,
  runtimePoolOptions,
} from './runtime-options.js';
export { UnusablePassword } from './scram.js';
export { planReversion, revertDatabase, type RevertInput, type RevertResult } from './revert.js';
export { hasCommitted, setUpDatabase, type SetUpTarget } from './set-up.js';
export { proveDatabase, readStamp } from './stamp.js';
export {
  checkSchema,
  compare as compareMigrations,
  expandingOf,
  foreignOf,
  migrationStatus,
  type MigrationStatus,
} from './status.js';
export type { EntityClass } from './query-runner.js';
export { schemaDifference, type SchemaDifference } from './schema-difference.js';
export { type AppliedMigration, type DatabaseState, readProvenState } from './database-state.js';
export { type ConnectionRoom, readConnectionRoom } from './connection-room.js';
export { lintMigrations, type LintFinding } from './lint/lint-migrations.js';
export { withScratchDatabase } from './scratch.js';
export type { SchemaChange } from './schema/compare-schemas.js';
export { fingerprintOf, readSchema } from './schema/read-schema.js';
export { describeReference, differenceFrom } from './schema/reference.js';
export { withNames } from './schema/with-names.js';
export type { SchemaDescription } from './schema/schema-object.js';
export { buildTemplate, findTemplate, type TemplateBuild } from './template/build-template.js';
export { dropUnwantedTemplates } from './template/drop-templates.js';
export { TemplateStale } from './template/renew-clone.js';
export {
  type Template,
  templateName,
  type TemplateKey,
  templatePrefix,
  type TemplateSpec,
} from './template/template.js';
export { VaryingRows } from './template/varying-rows.js';
export type { DatabaseAccess } from './inspect/database-access.js';
export { inspectDatabase, type Inspection } from './inspect/inspect-database.js';
export { repairAccess } from './inspect/repair-access.js';
export {
  type InventoryDatabase,
  type InventoryRole,
  readInventory,
  type ServerInventory,
} from './inspect/server-inventory.js';
