import { createHash } from 'node:crypto';
import type { ThemeSettings } from './site.settings.js';

const defaultColors = {
  primary: '#1f4f8f',
  accent: '#c2571a',
  background: '#ffffff',
  surface: '#f4f5f7',
  text: '#1b1f24',
};

/** Fonts that every system has: nothing is loaded from elsewhere. */
const fontStacks: Readonly<Record<string, string>> = {
  sans: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  serif: 'Charter, "Bitstream Charter", "Iowan Old Style", Georgia, "Liberation Serif", serif',
  mono: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace',
  rounded: 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Nunito, system-ui, sans-serif',
  condensed: '"Avenir Next Condensed", "Arial Narrow", "Liberation Sans Narrow", Arial, sans-serif',
};

/** The theme of the settings as CSS custom properties. */
export function themeCss(theme: ThemeSettings): string {
  const colors = { ...defaultColors, ...definedOnly(theme.colors ?? {}) };
  const properties = {
    ...Object.fromEntries(Object.entries(colors).map(([name, value]) => [`--${name}`, value])),
    '--on-primary': readableOn(colors.primary),
    '--on-accent': readableOn(colors.accent),
    '--font': fontStacks[theme.font ?? 'sans'] ?? fontStacks['sans'],
  };
  const lines = Object.entries(properties).map(([name, value]) => `  ${name}: ${value};`);
  const scheme = luminance(colors.background) < 0.2 ? 'dark' : 'light';
  return `:root {\n  color-scheme: ${scheme};\n${lines.join('\n')}\n}\n`;
}

/** The first letter of the title on the primary colour. */
export function faviconSvg(title: string, theme: ThemeSettings): string {
  const primary = theme.colors?.primary ?? defaultColors.primary;
  const letter = /[\p{L}\p{N}]/u.exec(title)?.[0]?.toUpperCase() ?? '';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="${primary}"/>` +
    `<text x="32" y="46" text-anchor="middle" font-family="system-ui,sans-serif" font-size="40" font-weight="700" fill="${readableOn(primary)}">${letter}</text></svg>`
  );
}

/** Short, for URLs that may be cached for ever. */
export function contentHash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 12);
}

/** Black or white, whichever has the better contrast (WCAG 2 relative luminance). */
export function readableOn(color: string): '#000000' | '#ffffff' {
  return luminance(color) > 0.179 ? '#000000' : '#ffffff';
}

function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function channels(color: string): number[] {
  const digits = /^#([0-9a-f]{3,8})$/i.exec(color)?.[1] ?? '000000';
  const long = digits.length < 6 ? [...digits].map((digit) => digit + digit).join('') : digits;
  return [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
}

function definedOnly(record: object): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter((entry) => typeof entry[1] === 'string'));
}
