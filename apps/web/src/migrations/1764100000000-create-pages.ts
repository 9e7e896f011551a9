import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePages1764100000000 implements MigrationInterface {
  readonly name = 'CreatePages1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pages (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        kind text NOT NULL DEFAULT 'page',
        slug text NOT NULL,
        title text NOT NULL,
        summary text NOT NULL DEFAULT '',
        body text NOT NULL DEFAULT '',
        hero_path text,
        hero_alt text NOT NULL DEFAULT '',
        status text NOT NULL DEFAULT 'draft',
        menu_position integer,
        published_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pages_pkey PRIMARY KEY (id),
        CONSTRAINT pages_slug_key UNIQUE (slug),
        CONSTRAINT pages_kind_check CHECK (kind IN ('page', 'post')),
        CONSTRAINT pages_status_check CHECK (status IN ('draft', 'published'))
      )`);
    await runner.query(
      `CREATE INDEX pages_public_idx ON pages (kind, published_at DESC) WHERE status = 'published'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE pages`);
  }
}
