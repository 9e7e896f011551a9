/** What the site says about itself: the `site` section of the settings. */
export interface SiteSettings {
  readonly title: string;
  readonly tagline?: string | undefined;
  /** Where the site is reached, for absolute links: `https://acme.example`. */
  readonly url?: string | undefined;
  /** BCP 47: `en`, `de-AT`. */
  readonly locale?: string | undefined;
  /** The path that answers `/`: `/home` shows that page, `/news` the news. */
  readonly rootRoute?: string | undefined;
}

export interface ThemeColors {
  readonly primary?: string | undefined;
  readonly accent?: string | undefined;
  readonly background?: string | undefined;
  readonly surface?: string | undefined;
  readonly text?: string | undefined;
}

/** How the site looks, as far as settings say: the `theme` section. */
export interface ThemeSettings {
  readonly colors?: ThemeColors | undefined;
  readonly font?: string | undefined;
  /** A file in the public media. */
  readonly logo?: string | undefined;
  readonly layout?: string | undefined;
}
