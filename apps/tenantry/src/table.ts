import type { CommandSpec } from './command.js';
import { completionCommands } from './commands/completion.js';
import { deployCommands } from './commands/deploy.js';
import { doctorCommands } from './commands/doctor.js';
import { developmentCommands } from './commands/development.js';
import { documentationCommands } from './commands/documentation.js';
import { lockCommands } from './commands/locks.js';
import { hostingCommands } from './commands/hosting.js';
import { homeCommands } from './commands/home.js';
import { migrateCommands } from './commands/migrate.js';
import { runsCommands } from './commands/runs.js';
import { processCommands } from './commands/processes.js';
import { releaseCommands } from './commands/releases.js';
import { secretsCommands } from './commands/secrets.js';
import { settingsCommands } from './commands/settings.js';
import { settingsChangeCommands } from './commands/settings-changes.js';
import { tenantCommands } from './commands/tenant.js';
import { tenantLifeCommands } from './commands/tenant-life.js';

/** Every command. Help, completion and docs print themselves from it. */
export const commandTable: readonly CommandSpec[] = [
  ...homeCommands,
  ...tenantCommands,
  ...tenantLifeCommands,
  ...migrateCommands,
  ...runsCommands,
  ...processCommands,
  ...releaseCommands,
  ...deployCommands,
  ...lockCommands,
  ...doctorCommands,
  ...hostingCommands,
  ...settingsCommands,
  ...settingsChangeCommands,
  ...secretsCommands,
  ...completionCommands,
  ...developmentCommands,
  ...documentationCommands,
];
