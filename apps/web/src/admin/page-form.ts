import { z } from 'zod';
import { newPage, type NewPage } from '../pages/page-input.js';
import type { Page } from '../pages/page.entity.js';
import { fieldMessages } from '../errors/field-messages.js';

const text = z.string().catch('');

/** The fields of the editor as a browser sends them: all text, empty where nothing was chosen. */
const formFields = z.object({
  kind: text,
  slug: text,
  title: text,
  summary: text,
  body: text,
  heroPath: text,
  heroAlt: text,
  menuPosition: text,
  site: text,
});

export type PageForm = z.output<typeof formFields>;
export type FormErrors = Readonly<Record<string, string>>;

export const emptyForm: PageForm = formFields.parse({});

const labels: Readonly<Record<string, string>> = {
  kind: 'Kind',
  slug: 'Address',
  title: 'Title',
  summary: 'Summary',
  body: 'Text',
  heroPath: 'Image',
  heroAlt: 'What the image shows',
  menuPosition: 'Position in the menu',
  site: 'Site',
};

export function readForm(body: unknown): PageForm {
  const isForm = typeof body === 'object' && body !== null && !Array.isArray(body);
  return formFields.parse(isForm ? body : {});
}

export function formOf(page: Page): PageForm {
  const { kind, slug, title, summary, body, heroPath, heroAlt, menuPosition, site } = page;
  const position = menuPosition === null ? '' : String(menuPosition);
  return {
    ...{ kind, slug, title, summary, body, heroPath: heroPath ?? '', heroAlt },
    ...{ menuPosition: position, site: site ?? '' },
  };
}

/** The page that a form describes, or what is wrong with it by field. */
export function parseForm(form: PageForm): { input: NewPage } | { errors: FormErrors } {
  const result = newPage.safeParse({
    ...form,
    kind: form.kind === '' ? 'page' : form.kind,
    slug: form.slug.trim() === '' ? undefined : form.slug,
    // A browser sends line ends as CRLF; Markdown in the database has LF, as when it came by the API.
    body: form.body.replaceAll('\r\n', '\n'),
    heroPath: form.heroPath === '' ? null : form.heroPath,
    menuPosition: form.menuPosition.trim() === '' ? null : Number(form.menuPosition),
    site: form.site === '' ? null : form.site,
  });
  return result.success ? { input: result.data } : { errors: fieldMessages(result.error.issues) };
}

/** For the list at the head of the form, which links to each field. */
export function errorList(errors: FormErrors): { field: string; label: string; message: string }[] {
  return Object.entries(errors).map(([field, message]) => ({
    field,
    label: labels[field] ?? field,
    message,
  }));
}
