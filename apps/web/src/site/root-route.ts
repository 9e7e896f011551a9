/** What `site.rootRoute` makes of `/`. */
export type RootRoute = { readonly kind: 'page'; readonly slug: string } | { readonly kind: 'news' };

/** `/` is the page `home`, `/news` the news, `/x` the page `x`, each shown at `/` without a redirect. */
export function parseRootRoute(path: string): RootRoute {
  const slug = path.replaceAll(/^\/+|\/+$/g, '');
  return slug === 'news' ? { kind: 'news' } : { kind: 'page', slug: slug === '' ? 'home' : slug };
}
