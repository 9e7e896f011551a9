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

/** The shortest way to write a duration, as a settings file would: `90000` is `90s`. */
export function formatDuration(milliseconds: number): string {
  return formatQuantity(milliseconds, ['d', 'h', 'm', 's', 'ms'], millisecondsOf);
}

/** The shortest way to write a size: `10485760` is `10MB`. */
export function formatBytes(bytes: number): string {
  return formatQuantity(bytes, ['TB', 'GB', 'MB', 'KB', 'B'], bytesOf);
}

function formatQuantity(
  value: number,
  names: readonly string[],
  units: Readonly<Record<string, number>>,
): string {
  if (value === 0) return '0';
  const unit = names.find((name) => value % (units[name.toLowerCase()] ?? 1) === 0) ?? names.at(-1) ?? '';
  return `${value / (units[unit.toLowerCase()] ?? 1)}${unit}`;
}
