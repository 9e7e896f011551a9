import { describe, expect, it } from '@jest/globals';
import { migrateDatabase, schemaDifference } from '#libs/database';
import { application } from '../../apps/web/src/application.js';
import { entities } from '../../apps/web/src/entities.js';
import { withTenant } from '../support/test-migrations.js';

describe('the entities of the application', () => {
  it('say what its migrations make: a generated migration would be empty', async () => {
    await withTenant(async ({ db, identity }) => {
      await migrateDatabase({ db, identity, migrations: application.migrations, lockWaitMs: 1000 });
      expect(await schemaDifference(db, entities)).toEqual({ up: [], down: [] });
    });
  });

  it('bear explicit names, as a bundle is minified', async () => {
    await withTenant(async ({ db }) => {
      const { up } = await schemaDifference(db, entities);
      const tables = up.flatMap((sql) => /^CREATE TABLE "(\w+)"/.exec(sql)?.[1] ?? []);
      expect(tables.toSorted()).toEqual(['accounts', 'media', 'pages', 'sessions']);
    });
  });
});
