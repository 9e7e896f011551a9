import type { Settings } from '#libs/settings';

/** What the site says about itself. */
export type SiteSettings = Settings['site'];

/** How the site looks, as far as settings say; the rest is in templates and their `theme.css`. */
export type ThemeSettings = Settings['theme'];
