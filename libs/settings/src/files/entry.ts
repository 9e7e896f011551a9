export type Scalar = string | number | boolean | null;

/** A value of a settings file with the line that it came from. */
export interface Entry {
  readonly line: number | undefined;
  readonly value: Scalar | readonly Entry[] | ReadonlyMap<string, Entry>;
}

/** Plain data, as JSON has it. */
export type Plain = unknown;

/** The entry without its lines. Keys were checked when the file was read, so none reaches a prototype. */
export function toPlain(entry: Entry): Plain {
  if (isList(entry.value)) return entry.value.map(toPlain);
  if (!isMap(entry.value)) return entry.value;
  return Object.fromEntries([...entry.value].map(([key, child]) => [key, toPlain(child)]));
}

export function isList(value: unknown): value is readonly Entry[] {
  return Array.isArray(value);
}

export function isMap(value: unknown): value is ReadonlyMap<string, Entry> {
  return value instanceof Map;
}

/** What an error says it found; long texts are cut, so that an error stays one line. */
export function describeFound(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a mapping';
}
