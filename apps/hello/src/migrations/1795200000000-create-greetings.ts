import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateGreetings1795200000000 implements MigrationInterface {
  readonly name = 'CreateGreetings1795200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE greetings (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        name text NOT NULL,
        words text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT greetings_pkey PRIMARY KEY (id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE greetings`);
  }
}
