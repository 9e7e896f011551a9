import type { MigrationClass } from '#libs/settings';
import { accountsMigrations } from '../accounts/accounts.migrations.js';
import { mediaMigrations } from '../media/media.migrations.js';
import { CreatePages1764100000000 } from './1764100000000-create-pages.js';
import { AddSites1764700000000 } from './1764700000000-add-sites.js';

/** In the order in which they apply; a new migration goes to the end. */
export const migrations: readonly MigrationClass[] = [
  CreatePages1764100000000,
  ...accountsMigrations,
  ...mediaMigrations,
  AddSites1764700000000,
];
