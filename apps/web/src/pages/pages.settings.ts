import { z } from 'zod';
import { defineSection } from '#libs/settings';

/** What one can set about pages and news. */
export const pagesSection = defineSection(
  'pages',
  z
    .strictObject({
      newsTitle: z
        .string()
        .min(1)
        .max(60)
        .default('News')
        .describe('Heading of the news and its name in the menu.'),
      newsPerPage: z.int().min(1).max(50).default(9).describe('Posts on one page of the news.'),
      newsOnHome: z.int().min(0).max(12).default(3).describe('Latest posts that the home page shows.'),
    })
    .prefault({})
    .describe('Pages and news.'),
  { perSite: true },
);
