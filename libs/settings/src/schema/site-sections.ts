import { z } from 'zod';
import { pattern, text } from './fields.js';
import { word } from './names.js';

const colour = (use: string) => pattern(/^#[0-9a-f]{6}$/i, 'a colour such as "#0a6c74"').describe(use);

/** What visitors see first; the tenant's own, and in part each site's. */
export const site = z.strictObject({
  title: text().describe('Name of the site, as its visitors read it.'),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ expected: 'a URL such as "https://acme.example.com"' })
    .describe('Public address, for links that leave the site; without it, the host of the request.'),
  tagline: text().optional().describe('One line below the title.'),
  locale: pattern(
    /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/,
    'a language tag such as "en" or "de-CH"',
  ).describe('Language of the site.'),
  rootRoute: pattern(/^\/[^\s?#]*$/, 'a path that begins with "/"').describe('The path that answers `/`.'),
});

export const colors = z.strictObject({
  primary: colour('Links, buttons and headings.'),
  accent: colour('Highlights.'),
  background: colour('Behind everything.'),
  surface: colour('Behind cards and forms.'),
  text: colour('Running text.'),
});

export const theme = z.strictObject({
  colors: colors.describe('Colours of the site.'),
  font: z.enum(['sans', 'serif', 'mono', 'rounded']).describe('Family of the running text.'),
  logo: pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'the name of a file in media/public')
    .optional()
    .describe('File of media/public that is shown instead of the title.'),
  layout: word().optional().describe('Page layout; without it, the standard one.'),
});

const absolute = (use: string) => pattern(/^\/[^\s"'\\$;{}]{1,1023}$/, 'an absolute path').describe(use);

/** Files that the edge server reads; the tenant's process never does. */
export const tls = z.strictObject({
  certificate: absolute('File with the certificate and its chain.'),
  key: absolute('File with the private key.'),
});
