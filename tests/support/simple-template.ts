import type { TemplateSpec } from '#libs/database';
import { migration, stepName } from './test-migrations.js';

/** Of two migrations, one of which writes a row. */
export function simple(home: string): TemplateSpec {
  return {
    ...{ home, application: 'web', release: '1.1.0' },
    migrations: [
      migration(1, 'CREATE TABLE notes (id serial PRIMARY KEY, text text)'),
      migration(2, `INSERT INTO notes (text) VALUES ('welcome')`),
    ],
    hashes: { [stepName(1)]: 'one', [stepName(2)]: 'two' },
  };
}
