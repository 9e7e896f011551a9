import { parse } from 'yaml';
import { z } from 'zod';
import { FailedError } from '#libs/settings';
import { fieldMessages } from '../errors/field-messages.js';
import { newPage } from '../pages/page-input.js';
import type { PageKind } from '../pages/page-kinds.js';

/** A file of sample content that cannot be loaded; nothing of the set-up stays. */
export class InvalidSeed extends FailedError {
  override readonly code = 'INVALID_SEED';
}

const frontMatter = z.strictObject({
  title: z.string(),
  summary: z.string().optional(),
  hero: z.string().optional(),
  heroAlt: z.string().optional(),
  menu: z.number().optional(),
  /** Where there are several: the one that shows it. */
  site: z.string().optional(),
  draft: z.boolean().default(false),
  /** `2026-10-01`; a draft needs none. */
  published: z.iso.date().optional(),
});

export interface SeedPage extends z.output<typeof newPage> {
  readonly slug: string;
  readonly publishedAt: string | null;
}

export interface SeedFile {
  /** For error messages. */
  readonly path: string;
  readonly slug: string;
  readonly kind: PageKind;
  readonly text: string;
}

/** Reads a page of Markdown with YAML front matter. @throws InvalidSeed */
export function parseSeedFile({ path, slug, kind, text }: SeedFile): SeedPage {
  const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(text.replaceAll('\r\n', '\n')) ?? [];
  if (head === undefined || body === undefined) {
    throw new InvalidSeed(`${path}: expected front matter between two lines "---" at the beginning.`);
  }
  const about = check(path, frontMatter, readYaml(path, head));
  const input = {
    ...{ kind, slug, title: about.title, summary: about.summary ?? '', body: body.trim() },
    ...{ heroPath: about.hero ?? null, heroAlt: about.heroAlt ?? '', menuPosition: about.menu ?? null },
    site: about.site ?? null,
  };
  const published = about.draft ? null : `${about.published ?? '2026-01-01'}T09:00:00Z`;
  return { ...check(path, newPage, input), slug, publishedAt: published };
}

function check<Schema extends z.ZodType>(path: string, schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [[field, message] = ['', 'cannot be used']] = Object.entries(fieldMessages(result.error.issues));
  throw new InvalidSeed(`${path}: ${field}: ${message}.`);
}

function readYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidSeed(`${path}: the front matter is not YAML.`, { cause: error });
  }
}
