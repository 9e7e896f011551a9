import { createHash } from 'node:crypto';

import type { MigrationClass } from '#libs/settings';

import type { MigrationManifest } from '../manifest.js';

/** What a release says of a migration without running it. */
export function describeMigration(migration: MigrationClass): MigrationManifest {
  const made = new migration();
  return {
    name: made.name ?? migration.name,
    hash: createHash('sha256').update(String(migration)).digest('hex'),
    kind: made.kind ?? 'expand',
    isReversible: made.isReversible ?? true,
  };
}
