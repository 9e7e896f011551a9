import { z } from 'zod';
import type { Application } from '../application.js';
import { UsageError } from '../errors.js';
import { nearest } from '../nearest.js';
import { settingsSchema } from './compose.js';
import { describeKey, listSettingsKeys, type SettingsKey } from './keys.js';
import { keyOf, unknownKey } from './validate.js';
import { childSchema } from './walk.js';

export class UnknownSettingsKey extends UsageError {
  override readonly code = 'UNKNOWN_SETTINGS_KEY';
}

/**
 * What the application's schema says about a key that was typed. Throws UnknownSettingsKey, which suggests the nearest
 * key there is: one at the same place, else one that ends so, as `site.title` does for `titel`.
 */
export function requireSettingsKey(application: Application, text: string): SettingsKey {
  const schema = settingsSchema(application);
  return describeKey(text, schemaOf(application, { schema, text }));
}

/** The schema of a key that was typed; throws as requireSettingsKey does. */
export function requireKeySchema(application: Application, text: string): z.core.$ZodType {
  return schemaOf(application, { schema: settingsSchema(application), text });
}

function schemaOf(
  application: Application,
  { schema, text }: { schema: z.ZodObject; text: string },
): z.core.$ZodType {
  const path = text.split('.');
  let parent: z.core.$ZodType = schema;
  for (const [depth, part] of path.entries()) {
    const child = part === '' ? undefined : childSchema(parent, part);
    if (child === undefined) throw unknown(application, parent, { path, depth });
    parent = child;
  }
  return parent;
}

function unknown(
  application: Application,
  parent: z.core.$ZodType,
  { path, depth }: { path: readonly string[]; depth: number },
): UnknownSettingsKey {
  const { hint } = unknownKey(parent, path.slice(0, depth + 1));
  const keys = listSettingsKeys(application).flatMap(({ key }) => (key.includes('[]') ? [] : [key]));
  const wanted = path.join('.');
  const near = nearest(wanted, keys) ?? endingAs(wanted, keys);
  const text = `settings key ${keyOf(path)}: there is no such key.`;
  return new UnknownSettingsKey(text, {
    hint: near === undefined ? (hint ?? 'See docs/settings.md for all keys.') : `Did you mean "${near}"?`,
  });
}

/** The one key whose last word was meant, as in `titel` for `site.title`: the tenant's own, not a site's of the same name. */
function endingAs(word: string, all: readonly string[]): string | undefined {
  const last = (key: string): string => key.split('.').at(-1) ?? '';
  const keys = all.filter((key) => !key.startsWith('sites.'));
  const near = nearest(word, keys.map(last));
  const found = keys.filter((key) => last(key) === near);
  return found.length === 1 ? found[0] : undefined;
}
