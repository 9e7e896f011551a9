import { renderMarkdown } from './markdown.js';
import type { Page } from './page.entity.js';

/** Where visitors find a page. */
export function pageUrl(page: Pick<Page, 'kind' | 'slug'>): string {
  return page.kind === 'post' ? `/news/${page.slug}` : `/${page.slug}`;
}

/** Where visitors find a file of the public media; each part of its path is encoded. */
export function mediaUrl(path: string): string {
  return `/media/${path.split('/').map(encodeURIComponent).join('/')}`;
}

export function heroOf(page: Pick<Page, 'heroPath' | 'heroAlt'>): { url: string; alt: string } | null {
  return page.heroPath === null ? null : { url: mediaUrl(page.heroPath), alt: page.heroAlt };
}

type Listed = Pick<Page, 'kind' | 'slug' | 'title' | 'summary' | 'heroPath' | 'heroAlt' | 'publishedAt'>;

/** A page as a template lists it: a card or a line. */
export function pageCard(page: Listed): Record<string, unknown> {
  const { kind, slug, title, summary, publishedAt } = page;
  return { kind, slug, title, summary, publishedAt, url: pageUrl(page), hero: heroOf(page) };
}

/** A page as the admin pages list it. */
export function adminPage(page: Page): Record<string, unknown> {
  const { id, kind, slug, title, status, site, updatedAt } = page;
  return { id, kind, slug, title, status, site, updatedAt, url: pageUrl(page) };
}

/** A page as a template shows it: `{{ page.html | raw }}` is its body. */
export function pageView(page: Page): Record<string, unknown> {
  return { ...pageCard(page), updatedAt: page.updatedAt, html: renderMarkdown(page.body) };
}
