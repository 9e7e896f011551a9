import type { Identity } from './addresses.js';

const prefix = 'tenantry ';

/**
 * The comment on a database and its roles that says for whom they were made. Unlike the stamp it can be read
 * without connecting to the database, and roles can carry it.
 */
export function formatMark({ tenant, id }: Identity): string {
  return prefix + JSON.stringify({ tenant, id });
}

const unfinished = `${prefix}creating `;

/** The comment on a database that is a clone, and not the tenant's yet. */
export function formatUnfinishedMark({ tenant, id }: Identity): string {
  return unfinished + JSON.stringify({ tenant, id });
}

export function isUnfinishedMark(comment: string | null): boolean {
  return comment?.startsWith(unfinished) === true;
}

/** `undefined` for any other comment, or none. */
export function parseMark(comment: string | null): Identity | undefined {
  if (!comment?.startsWith(prefix)) return undefined;
  try {
    const { tenant, id } = JSON.parse(comment.slice(prefix.length)) as Partial<Identity>;
    return typeof tenant === 'string' && typeof id === 'string' ? { tenant, id } : undefined;
  } catch {
    return undefined;
  }
}
