/** `Über uns & mehr` → `uber-uns-mehr`; `page` where nothing is left of the title. */
export function slugFrom(title: string): string {
  const slug = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 70)
    .replaceAll(/^-+|-+$/g, '');
  return slug === '' ? 'page' : slug;
}
