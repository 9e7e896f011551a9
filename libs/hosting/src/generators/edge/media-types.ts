/** How the browser is to take an uploaded file: shown, played, or saved. */
export type MediaKind = 'image' | 'player' | 'download';

const office = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

/**
 * Types of uploaded files by the ending of their names, as the processes serve them (libs/media, which this lib does not
 * import; tests/integration/edge-media-types.spec.ts compares the two). What is not here is `application/octet-stream`.
 */
export const mediaTypes: readonly (readonly [type: string, endings: readonly string[]])[] = [
  ['image/png', ['png']],
  ['image/jpeg', ['jpg', 'jpeg']],
  ['image/gif', ['gif']],
  ['image/webp', ['webp']],
  ['image/avif', ['avif']],
  ['image/bmp', ['bmp']],
  ['image/x-icon', ['ico']],
  ['image/svg+xml', ['svg']],
  ['audio/mpeg', ['mp3']],
  ['audio/mp4', ['m4a']],
  ['audio/ogg', ['ogg', 'oga', 'opus']],
  ['audio/wav', ['wav']],
  ['audio/flac', ['flac']],
  ['video/mp4', ['mp4', 'm4v']],
  ['video/quicktime', ['mov']],
  ['video/webm', ['webm']],
  ['video/x-matroska', ['mkv']],
  ['video/ogg', ['ogv']],
  ['application/pdf', ['pdf']],
  ['application/zip', ['zip']],
  ['application/epub+zip', ['epub']],
  [`${office}.wordprocessingml.document`, ['docx']],
  [`${office}.spreadsheetml.sheet`, ['xlsx']],
  [`${office}.presentationml.presentation`, ['pptx']],
  [`${openDocument}.text`, ['odt']],
  [`${openDocument}.spreadsheet`, ['ods']],
  [`${openDocument}.presentation`, ['odp']],
  ['application/msword', ['doc']],
  ['application/vnd.ms-excel', ['xls']],
  ['application/vnd.ms-powerpoint', ['ppt']],
  ['application/gzip', ['gz']],
  ['font/woff', ['woff']],
  ['font/woff2', ['woff2']],
  ['text/plain; charset=utf-8', ['txt']],
  ['text/markdown; charset=utf-8', ['md']],
  ['text/csv; charset=utf-8', ['csv']],
  ['text/vtt; charset=utf-8', ['vtt']],
  ['text/calendar; charset=utf-8', ['ics']],
  ['text/html; charset=utf-8', ['html', 'htm']],
  ['text/css; charset=utf-8', ['css']],
  ['text/javascript; charset=utf-8', ['js', 'mjs']],
  ['application/json', ['json']],
  ['application/xml', ['xml']],
];

export function kindOf(type: string): MediaKind {
  if (type.startsWith('image/')) return 'image';
  return /^(?:audio\/|video\/|application\/pdf$)/.test(type) ? 'player' : 'download';
}

/** Endings of one kind, as alternatives of a pattern: `mp3|m4a`. */
export function endingsOf(kind: MediaKind): string {
  return mediaTypes
    .filter(([type]) => kindOf(type) === kind)
    .flatMap(([, endings]) => endings)
    .join('|');
}

/** No script, no plug-in, no form, none of the site's cookies: an HTML or SVG upload acts for nobody. */
export const inertPolicy = "default-src 'none'; sandbox";
/** The viewers of browsers for PDF and films do not start inside a sandbox. */
export const playerPolicy = "frame-ancestors 'self'";
export const mediaCaching = 'public, max-age=600';

/** Of the release's assets with a hash in their name; the ending decides, as the release has no others. */
export const assetTypes: readonly (readonly [type: string, endings: readonly string[]])[] = [
  ['text/css; charset=utf-8', ['css']],
  ['text/javascript; charset=utf-8', ['js', 'mjs']],
  ['application/json', ['json', 'map']],
  ['text/plain; charset=utf-8', ['txt']],
  ['image/svg+xml', ['svg']],
  ['image/png', ['png']],
  ['image/jpeg', ['jpg', 'jpeg']],
  ['image/webp', ['webp']],
  ['image/avif', ['avif']],
  ['image/x-icon', ['ico']],
  ['font/woff', ['woff']],
  ['font/woff2', ['woff2']],
];
export const foreverCaching = 'public, max-age=31536000, immutable';
