import type { SqlRunner } from '#libs/settings';

export class CreateNotes1700000000000 {
  readonly name = 'CreateNotes1700000000000';

  async up(runner: SqlRunner): Promise<void> {
    await runner.query('CREATE TABLE notes (id serial PRIMARY KEY, title text NOT NULL)');
    await runner.query(`INSERT INTO notes (title) SELECT 'Note ' || n FROM generate_series(1, 10) n`);
  }

  async down(runner: SqlRunner): Promise<void> {
    await runner.query('DROP TABLE notes');
  }
}
