import { describe, expect, it } from '@jest/globals';
import { contentHash, faviconSvg, readableOn, themeCss } from './theme.js';

const theme = {
  colors: {
    ...{ primary: '#c6ff3d', accent: '#7a2230', background: '#0b0a10' },
    ...{ surface: '#15131d', text: '#ece8f5' },
  },
  font: 'mono',
} as const;

describe('the theme of the settings', () => {
  it('is CSS custom properties, with a text colour for each colour of a surface', () => {
    const css = themeCss(theme);
    expect(css).toContain('--primary: #c6ff3d;\n');
    expect(css).toContain('--on-primary: #000000;\n');
    expect(css).toContain('--on-accent: #ffffff;\n');
    expect(css).toContain('--font: ui-monospace,');
  });

  it('tells the browser whether it is dark, for its own scroll bars and fields', () => {
    expect(themeCss(theme)).toContain('color-scheme: dark;');
    const light = { ...theme, colors: { ...theme.colors, background: '#fbf7ee' } };
    expect(themeCss(light)).toContain('color-scheme: light;');
  });

  it.each([
    ['#ffffff', '#000000'],
    ['#000000', '#ffffff'],
    ['#c2410c', '#ffffff'],
    ['#d9822b', '#000000'],
  ])('on %s text is %s', (background, text) => {
    expect(readableOn(background)).toBe(text);
  });

  it('makes an icon of the first letter, never of markup', () => {
    expect(faviconSvg('<b>zed', theme)).toContain('>B</text>');
  });

  it('has another hash for other content', () => {
    expect(contentHash('a')).toMatch(/^[\w-]{12}$/);
    expect(contentHash('a')).not.toBe(contentHash('b'));
  });
});
