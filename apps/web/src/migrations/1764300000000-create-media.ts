import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateMedia1764300000000 implements MigrationInterface {
  readonly name = 'CreateMedia1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE media (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        path text NOT NULL,
        original_name text NOT NULL,
        alt text NOT NULL DEFAULT '',
        content_type text NOT NULL,
        size_bytes bigint NOT NULL,
        sha256 text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT media_pkey PRIMARY KEY (id),
        CONSTRAINT media_path_key UNIQUE (path)
      )`);
    await runner.query(`CREATE INDEX media_created_at_idx ON media (created_at DESC, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE media`);
  }
}
