import type { IncomingHttpHeaders } from 'node:http';
import type { StoredFile } from '#libs/media';

/** Whether the caller has this very file already (RFC 9110, section 13.2.2): then 304. */
export function isUnchanged(headers: IncomingHttpHeaders, file: StoredFile): boolean {
  const known = headers['if-none-match'];
  if (known !== undefined) return known.trim() === '*' || entityTags(known).includes(file.etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && wholeSeconds(file.modifiedAt) <= since;
}

/** Whether a range may be sent: `If-Range` asks for the whole file if it is not the one that the caller has a part of. */
export function mayResume(headers: IncomingHttpHeaders, file: StoredFile): boolean {
  const condition = headers['if-range']?.toString();
  if (condition === undefined) return true;
  if (condition.startsWith('"')) return condition === file.etag;
  return Date.parse(condition) === wholeSeconds(file.modifiedAt);
}

function entityTags(list: string): string[] {
  return list.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

/** Dates in headers have no milliseconds. */
function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000) * 1000;
}
