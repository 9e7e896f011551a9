import { renderMarkdown, type Rendering } from './markdown.js';
import type { Page } from './page.entity.js';

/** Where visitors find a page. */
export function pageUrl(page: Pick<Page, 'kind' | 'slug'>): string {
  return page.kind === 'post' ? `/news/${page.slug}` : `/${page.slug}`;
}

/** Where visitors find a file of the public media; each part of its path is encoded. */
export function mediaUrl(path: string): string {
  return `/media/${path.split('/').map(encodeURIComponent).join('/')}`;
}

export function heroOf(
  { heroPath, heroAlt }: Pick<Page, 'heroPath' | 'heroAlt'>,
  { servesMedia }: Rendering,
): { url: string; alt: string } | null {
  return heroPath === null || !servesMedia ? null : { url: mediaUrl(heroPath), alt: heroAlt };
}

type Listed = Pick<Page, 'kind' | 'slug' | 'title' | 'summary' | 'heroPath' | 'heroAlt' | 'publishedAt'>;

/** A page as a template lists it: a card or a line. */
export function pageCard(page: Listed, site: Rendering): Record<string, unknown> {
  const { kind, slug, title, summary, publishedAt } = page;
  return { kind, slug, title, summary, publishedAt, url: pageUrl(page), hero: heroOf(page, site) };
}

/** A page as the admin pages list it. */
export function adminPage(page: Page): Record<string, unknown> {
  const { id, kind, slug, title, status, site, updatedAt } = page;
  return { id, kind, slug, title, status, site, updatedAt, url: pageUrl(page) };
}

/** A page as a template shows it: `{{ page.html | raw }}` is its body. */
export function pageView(page: Page, site: Rendering): Record<string, unknown> {
  return { ...pageCard(page, site), updatedAt: page.updatedAt, html: renderMarkdown(page.body, site) };
}
