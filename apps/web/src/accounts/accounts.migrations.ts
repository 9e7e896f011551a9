import type { MigrationClass } from '#libs/settings';
import { CreateAccounts1764200000000 } from '../migrations/1764200000000-create-accounts.js';

export const accountsMigrations: readonly MigrationClass[] = [CreateAccounts1764200000000];
