import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pages and files that belong to one site; without a name they are every site's, as all were before. */
export class AddSites1764700000000 implements MigrationInterface {
  readonly name = 'AddSites1764700000000';
  readonly lintAllow = { 'index-not-concurrent': 'pages are few: a site has hundreds, not millions' };

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE pages ADD COLUMN site text`);
    await runner.query(`ALTER TABLE media ADD COLUMN site text`);
    // Two sites may each have a page of one address; a constraint cannot say so, as it takes two NULLs for different.
    await runner.query(`CREATE UNIQUE INDEX pages_slug_site_key ON pages (slug, coalesce(site, ''))`);
    await runner.query(`ALTER TABLE pages DROP CONSTRAINT pages_slug_key`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE pages ADD CONSTRAINT pages_slug_key UNIQUE (slug)`);
    await runner.query(`DROP INDEX pages_slug_site_key`);
    await runner.query(`ALTER TABLE media DROP COLUMN site`);
    await runner.query(`ALTER TABLE pages DROP COLUMN site`);
  }
}
