import { z } from 'zod';
import { pageKinds, pageStatuses } from './page-kinds.js';

/** First parts of paths that are not pages. */
const reservedSlugs: ReadonlySet<string> = new Set([
  ...['admin', 'api', 'media', 'news', 'feed', 'health', 'metrics', 'assets', 'index'],
]);

const title = z
  .string('expected text')
  .trim()
  .min(1, 'a title is needed')
  .max(120, 'expected at most 120 characters');

const slug = z
  .string('expected text')
  .trim()
  .max(80, 'expected at most 80 characters')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected a-z, 0-9 and single "-" between them, such as "opening-hours"')
  .refine((value) => !reservedSlugs.has(value), 'this address is taken by the site itself');

const mediaPath = z
  .string('expected text')
  .trim()
  .max(300, 'expected at most 300 characters')
  .regex(/^(?!.*(^|\/)\.)[^\\?#%]+$/, 'expected the path of a file in the media library');

/** Whether there is such a site, the service knows. */
const site = z
  .string('expected text')
  .trim()
  .min(1, 'expected the name of a site')
  .max(40, 'expected at most 40 characters');

const fields = {
  kind: z.enum(pageKinds, 'expected "page" or "post"'),
  slug,
  title,
  summary: z.string('expected text').trim().max(400, 'expected at most 400 characters'),
  body: z
    .string('expected Markdown text')
    .max(200_000, 'expected at most 200,000 characters')
    .describe('Markdown; HTML inside it is shown as text'),
  heroPath: mediaPath.nullable().describe('Path of an image in the media library'),
  heroAlt: z.string('expected text').trim().max(200, 'expected at most 200 characters'),
  menuPosition: z
    .int('expected a whole number')
    .min(0, 'expected 0 or more')
    .max(999, 'expected at most 999')
    .nullable()
    .describe('Smaller comes first; null is not in the menu'),
  site: site.nullable().describe('Name of the site that shows it; null: every site'),
};

/** Unknown keys have a message of their own each; this is for what is no object at all. */
const objectMessage = (issue: { readonly code: string | undefined }) =>
  issue.code === 'invalid_type' ? 'expected an object with the fields of a page' : undefined;

/** What a new page needs; without a slug, one is made from the title. */
export const newPage = z.strictObject(
  {
    kind: fields.kind.default('page'),
    slug: fields.slug.optional(),
    title: fields.title,
    summary: fields.summary.default(''),
    body: fields.body.default(''),
    heroPath: fields.heroPath.default(null),
    heroAlt: fields.heroAlt.default(''),
    menuPosition: fields.menuPosition.default(null),
    site: fields.site.default(null),
  },
  { error: objectMessage },
);

/** Only what is given changes. */
export const pageChanges = z
  .strictObject(fields, { error: objectMessage })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'expected at least one field to change');

const page = z.coerce.number('expected a number').int('expected a whole number').min(1, 'expected 1 or more');

export const pageQuery = z.strictObject({
  kind: fields.kind.optional(),
  status: z.enum(pageStatuses, 'expected "draft" or "published"').optional(),
  site: site.optional().describe('Only what this site shows'),
  search: z.string().trim().max(100, 'expected at most 100 characters').optional(),
  page: page.max(100_000).default(1),
  perPage: page.max(100, 'expected at most 100').default(20),
});

export const pageId = z.uuid('expected the id of a page');

export type NewPage = z.output<typeof newPage>;
export type PageChanges = z.output<typeof pageChanges>;
export type PageQuery = z.output<typeof pageQuery>;
