import { createHash } from 'node:crypto';
import type { ThemeSettings } from './site.settings.js';

/** Fonts that every system has: nothing is loaded from elsewhere. */
const fontStacks: Readonly<Record<ThemeSettings['font'], string>> = {
  sans: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  serif: 'Charter, "Bitstream Charter", "Iowan Old Style", Georgia, "Liberation Serif", serif',
  mono: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace',
  rounded: 'ui-rounded, "Hiragino Maru Gothic ProN", Quicksand, Nunito, system-ui, sans-serif',
};

/** The theme of the settings as CSS custom properties. */
export function themeCss(theme: ThemeSettings): string {
  const { colors } = theme;
  const properties = {
    ...Object.fromEntries(Object.entries(colors).map(([name, value]) => [`--${name}`, value])),
    '--on-primary': readableOn(colors.primary),
    '--on-accent': readableOn(colors.accent),
    '--font': fontStacks[theme.font],
  };
  const lines = Object.entries(properties).map(([name, value]) => `  ${name}: ${value};`);
  const scheme = luminance(colors.background) < 0.2 ? 'dark' : 'light';
  return `:root {\n  color-scheme: ${scheme};\n${lines.join('\n')}\n}\n`;
}

/** The first letter of the title on the primary colour. */
export function faviconSvg(title: string, theme: ThemeSettings): string {
  const primary = theme.colors.primary;
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
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
