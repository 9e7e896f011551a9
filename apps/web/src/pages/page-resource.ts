import { z } from 'zod';
import { pageUrl } from './page-view.js';
import { pageKinds, pageStatuses } from './page-kinds.js';
import type { Page } from './page.entity.js';

/** A page as the JSON API gives it. */
export const pageResource = z.object({
  id: z.uuid(),
  kind: z.enum(pageKinds),
  slug: z.string(),
  url: z.string().describe('Path at which visitors find it'),
  title: z.string(),
  summary: z.string(),
  body: z.string().describe('Markdown'),
  heroPath: z.string().nullable(),
  heroAlt: z.string(),
  status: z.enum(pageStatuses),
  menuPosition: z.int().nullable(),
  site: z.string().nullable().describe('The site that shows it; null: every site'),
  publishedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

export const pageListResource = z.object({
  pages: z.array(pageResource),
  page: z.int(),
  perPage: z.int(),
  total: z.int(),
});

export type PageResource = z.output<typeof pageResource>;

export function toResource(page: Page): PageResource {
  const { id, kind, slug, title, summary, body, heroPath, heroAlt, status, menuPosition, site } = page;
  return {
    ...{ id, kind, slug, url: pageUrl(page), title, summary, body },
    ...{ heroPath, heroAlt, status, menuPosition, site },
    publishedAt: page.publishedAt?.toISOString() ?? null,
    createdAt: page.createdAt.toISOString(),
    updatedAt: page.updatedAt.toISOString(),
  };
}
