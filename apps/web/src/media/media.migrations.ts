import type { MigrationClass } from '#libs/settings';
import { CreateMedia1764300000000 } from '../migrations/1764300000000-create-media.js';

export const mediaMigrations: readonly MigrationClass[] = [CreateMedia1764300000000];
