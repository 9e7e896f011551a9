import type { SetUpInput, SqlRunner } from '#libs/settings';
import { createFirstAdmin } from '../accounts/first-admin.js';
import { addMedia } from '../media/add-media.js';
import { readSeedMedia, readSeedPages } from './seed-folder.js';
import type { SeedPage } from './seed-file.js';

const welcome: SeedPage = {
  kind: 'page',
  slug: 'home',
  title: 'Welcome',
  summary: 'This site is new. Sign in to write its pages.',
  body: 'Your first page is this one. **Sign in** at [/admin](/admin), choose *Pages*, and make it yours.',
  heroPath: null,
  heroAlt: '',
  menuPosition: null,
  site: null,
  publishedAt: '2026-01-01T09:00:00Z',
};

/** First account, then the sample content, or one page that says what to do next. */
export async function setUp(input: SetUpInput): Promise<void> {
  const { db, media, admin, seedDir } = input;
  await createFirstAdmin(db, admin);
  const pages = seedDir === undefined ? [] : await readSeedPages(seedDir);
  for (const page of pages.length === 0 ? [welcome] : pages) await insertPage(db, page);
  const files = seedDir === undefined ? [] : await readSeedMedia(seedDir);
  for (const { path, content } of files) {
    await addMedia({ db, media }, { path: `public/${path}`, content, alt: altOf(pages, path) });
  }
}

/** A picture's description is written once, where a page shows it. */
function altOf(pages: readonly SeedPage[], path: string): string | undefined {
  return pages.find((page) => page.heroPath === path)?.heroAlt;
}

async function insertPage(db: SqlRunner, page: SeedPage): Promise<void> {
  const { kind, slug, title, summary, body, heroPath, heroAlt, menuPosition, site, publishedAt } = page;
  const status = publishedAt === null ? 'draft' : 'published';
  await db.query(
    `INSERT INTO pages (kind, slug, title, summary, body, hero_path, hero_alt, menu_position, site, status, published_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [kind, slug, title, summary, body, heroPath, heroAlt, menuPosition, site, status, publishedAt],
  );
}
