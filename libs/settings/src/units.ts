const millisecondsOf: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const bytesOf: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/**
 * Milliseconds of `"500ms"`, `"30s"`, `"15m"`, `"2h"`, `"7d"`; undefined where the text is no such duration.
 * A number without a unit is refused (but for 0): nobody agrees whether it means seconds.
 */
export function parseDuration(text: string): number | undefined {
  return parseQuantity(text, millisecondsOf);
}

/** Bytes of `"512B"`, `"64KB"`, `"10MB"`, `"2GB"`, `"1TB"`, powers of 1024 as Postgres and nginx have them. */
export function parseBytes(text: string): number | undefined {
  return parseQuantity(text, bytesOf);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  if (text === '0') return 0;
  const [, digits, unit] = /^(\d{1,12}(?:\.\d{1,3})?) ?([a-z]{1,2})$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  return factor === undefined ? undefined : Math.round(Number(digits) * factor);
}
