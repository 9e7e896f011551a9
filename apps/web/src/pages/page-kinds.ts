/** Apart from the entity, so that what only checks a page does not load TypeORM. */
export const pageKinds = ['page', 'post'] as const;
export const pageStatuses = ['draft', 'published'] as const;
export type PageKind = (typeof pageKinds)[number];
export type PageStatus = (typeof pageStatuses)[number];
