import { UsageError } from '#libs/settings';

/** `12`, or `10%`. */
export interface Share {
  readonly value: number;
  readonly isPercent: boolean;
}

/** @throws UsageError naming the option */
export function parseShare(option: string, text: string): Share {
  const [, digits, percent] = /^(\d{1,6})(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  const isPercent = percent === '%';
  if (digits === undefined || (isPercent && value > 100)) {
    throw new UsageError(`--${option}: expected a number or a percentage, found "${text}".`, {
      hint: `Example: --${option} 5, or --${option} 10%.`,
    });
  }
  return { value, isPercent };
}

/** How many of `count` are meant. */
export function shareOf({ value, isPercent }: Share, count: number): number {
  return isPercent ? Math.floor((value / 100) * count) : value;
}

/** Slices of the same size, the last one maybe smaller; one slice where no size is given. */
export function toWaves<T>(items: readonly T[], size: Share | undefined): T[][] {
  if (size === undefined || items.length === 0) return [[...items]];
  const length = Math.max(1, shareOf(size, items.length));
  return Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  );
}
