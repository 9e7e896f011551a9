import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { PageKind } from '../pages/page-kinds.js';
import { parseSeedFile, type SeedPage } from './seed-file.js';

export interface SeedMedia {
  /** Below the public media, with `/`. */
  readonly path: string;
  readonly content: Buffer;
}

/** `pages/*.md` and `news/*.md` of a seed folder; a file's name is its slug, after the date that may begin it. */
export async function readSeedPages(seedDir: string): Promise<SeedPage[]> {
  const pages = await readPages(join(seedDir, 'pages'), 'page');
  const posts = await readPages(join(seedDir, 'news'), 'post');
  return [...pages, ...posts];
}

/** Every file below `media/` of a seed folder. */
export async function readSeedMedia(seedDir: string): Promise<SeedMedia[]> {
  const folder = join(seedDir, 'media');
  const media: SeedMedia[] = [];
  for (const file of await filesBelow(folder)) {
    media.push({ path: relative(folder, file).split(sep).join('/'), content: await readFile(file) });
  }
  return media;
}

async function readPages(folder: string, kind: PageKind): Promise<SeedPage[]> {
  const files = (await filesBelow(folder)).filter((file) => file.endsWith('.md'));
  const pages: SeedPage[] = [];
  for (const path of files) {
    const slug = basename(path, '.md').replace(/^\d{4}-\d{2}-\d{2}-/, '');
    pages.push(parseSeedFile({ path, slug, kind, text: await readFile(path, 'utf8') }));
  }
  return pages;
}

async function filesBelow(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
