/** What a file is, and whether its first bytes can prove it. */
export interface ContentType {
  readonly type: string;
  /** Content whose beginning must be of this family; text and unknown files have none. */
  readonly family?: Family;
}

export type Family =
  | 'png'
  | 'jpeg'
  | 'gif'
  | 'webp'
  | 'bmp'
  | 'ico'
  | 'wav'
  | 'pdf'
  | 'zip'
  | 'gzip'
  | 'ole'
  | 'flac'
  | ContainerFamily;
type ContainerFamily = 'avif' | 'mp4' | 'ogg' | 'matroska' | 'mp3' | 'woff' | 'woff2';

const unknown: ContentType = { type: 'application/octet-stream' };
const office = 'application/vnd.openxmlformats-officedocument';

/** By the ending of the name. A Map, so that an ending such as `constructor` finds nothing. */
const table: ReadonlyMap<string, ContentType> = new Map<string, ContentType>([
  ['png', { type: 'image/png', family: 'png' }],
  ['jpg', { type: 'image/jpeg', family: 'jpeg' }],
  ['jpeg', { type: 'image/jpeg', family: 'jpeg' }],
  ['gif', { type: 'image/gif', family: 'gif' }],
  ['webp', { type: 'image/webp', family: 'webp' }],
  ['avif', { type: 'image/avif', family: 'avif' }],
  ['bmp', { type: 'image/bmp', family: 'bmp' }],
  ['ico', { type: 'image/x-icon', family: 'ico' }],
  ['svg', { type: 'image/svg+xml' }],
  ['mp3', { type: 'audio/mpeg', family: 'mp3' }],
  ['m4a', { type: 'audio/mp4', family: 'mp4' }],
  ['ogg', { type: 'audio/ogg', family: 'ogg' }],
  ['oga', { type: 'audio/ogg', family: 'ogg' }],
  ['opus', { type: 'audio/ogg', family: 'ogg' }],
  ['wav', { type: 'audio/wav', family: 'wav' }],
  ['flac', { type: 'audio/flac', family: 'flac' }],
  ['mp4', { type: 'video/mp4', family: 'mp4' }],
  ['m4v', { type: 'video/mp4', family: 'mp4' }],
  ['mov', { type: 'video/quicktime', family: 'mp4' }],
  ['webm', { type: 'video/webm', family: 'matroska' }],
  ['mkv', { type: 'video/x-matroska', family: 'matroska' }],
  ['ogv', { type: 'video/ogg', family: 'ogg' }],
  ['pdf', { type: 'application/pdf', family: 'pdf' }],
  ['zip', { type: 'application/zip', family: 'zip' }],
  ['epub', { type: 'application/epub+zip', family: 'zip' }],
  ['docx', { type: `${office}.wordprocessingml.document`, family: 'zip' }],
  ['xlsx', { type: `${office}.spreadsheetml.sheet`, family: 'zip' }],
  ['pptx', { type: `${office}.presentationml.presentation`, family: 'zip' }],
  ['odt', { type: 'application/vnd.oasis.opendocument.text', family: 'zip' }],
  ['ods', { type: 'application/vnd.oasis.opendocument.spreadsheet', family: 'zip' }],
  ['odp', { type: 'application/vnd.oasis.opendocument.presentation', family: 'zip' }],
  ['doc', { type: 'application/msword', family: 'ole' }],
  ['xls', { type: 'application/vnd.ms-excel', family: 'ole' }],
  ['ppt', { type: 'application/vnd.ms-powerpoint', family: 'ole' }],
  ['gz', { type: 'application/gzip', family: 'gzip' }],
  ['woff', { type: 'font/woff', family: 'woff' }],
  ['woff2', { type: 'font/woff2', family: 'woff2' }],
  ['txt', { type: 'text/plain; charset=utf-8' }],
  ['md', { type: 'text/markdown; charset=utf-8' }],
  ['csv', { type: 'text/csv; charset=utf-8' }],
  ['vtt', { type: 'text/vtt; charset=utf-8' }],
  ['ics', { type: 'text/calendar; charset=utf-8' }],
  ['html', { type: 'text/html; charset=utf-8' }],
  ['htm', { type: 'text/html; charset=utf-8' }],
  ['css', { type: 'text/css; charset=utf-8' }],
  ['js', { type: 'text/javascript; charset=utf-8' }],
  ['mjs', { type: 'text/javascript; charset=utf-8' }],
  ['json', { type: 'application/json' }],
  ['xml', { type: 'application/xml' }],
]);

/** The type that a file of this name is served with; `application/octet-stream` when the ending is not known. */
export function contentTypeOf(name: string): ContentType {
  const dot = name.lastIndexOf('.');
  return (dot > 0 ? table.get(name.slice(dot + 1).toLowerCase()) : undefined) ?? unknown;
}

/** Endings whose type is known: for an edge that serves the files without asking. */
export function knownEndings(): readonly string[] {
  return [...table.keys()];
}
