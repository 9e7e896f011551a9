import { z } from 'zod';

/** One line: it ends up in an attribute. */
const alt = z
  .string()
  .trim()
  .max(300)
  .regex(/^[^\p{Cc}]*$/u, 'expected one line');

/** Name of the site that serves the file; nothing: every site. */
const site = z
  .string()
  .trim()
  .max(40)
  .nullable()
  .transform((name) => (name === '' ? null : name));

export const mediaChanges = z.strictObject({ alt: alt.optional(), site: site.optional() });
export type MediaChanges = z.output<typeof mediaChanges>;

/** The fields of an upload, before its file. */
export const uploadFields = z.object({
  alt: alt.default(''),
  visibility: z.enum(['public', 'private']).default('public'),
  site: site.default(null),
});
export type UploadFields = z.output<typeof uploadFields>;

export const mediaQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  perPage: z.coerce.number().int().min(1).max(100).default(24),
});
export type MediaQuery = z.output<typeof mediaQuery>;

export const mediaId = z.uuid();
