import { z } from 'zod';
import { isPrivate, mediaUrl, servedPath } from './media-address.js';
import type { MediaItem } from './media-item.entity.js';

/** One file as the API shows it. */
export const mediaResource = z.strictObject({
  id: z.uuid(),
  url: z.string().describe('Where the file is served, below the address of the site.'),
  path: z.string().describe('Below /media/, as pages name their picture.'),
  name: z.string().describe('As the uploader called it.'),
  alt: z.string().describe('What the picture shows, for those who do not see it.'),
  contentType: z.string(),
  sizeBytes: z.int(),
  visibility: z.enum(['public', 'private']),
  site: z.string().nullable().describe('The site that serves it; null: every site.'),
  createdAt: z.iso.datetime(),
});

export type MediaResource = z.output<typeof mediaResource>;

export const mediaListResource = z.strictObject({
  media: z.array(mediaResource),
  page: z.int(),
  perPage: z.int(),
  total: z.int(),
});

export function toResource(item: MediaItem): MediaResource {
  return {
    id: item.id,
    url: mediaUrl(item.path),
    path: servedPath(item.path),
    name: item.originalName,
    alt: item.alt,
    contentType: item.contentType,
    sizeBytes: item.sizeBytes,
    visibility: isPrivate(item.path) ? 'private' : 'public',
    site: item.site,
    createdAt: item.createdAt.toISOString(),
  };
}
