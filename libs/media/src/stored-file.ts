import { contentTypeOf } from './content-type.js';
import type { MediaPath, Visibility } from './media-path.js';

export type { Visibility } from './media-path.js';

/** One file of a media root. */
export interface StoredFile {
  /** Relative to the media root, with `/`: `public/harbour.jpg`. */
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  readonly visibility: Visibility;
  readonly sizeBytes: number;
  /** From the name's ending, which `save` makes tell the truth about the content. */
  readonly contentType: string;
  readonly modifiedAt: Date;
  /** A strong validator in quotes, ready for the `ETag` header. */
  readonly etag: string;
}

/** Builds the description of a file from what the file system says about it. */
export function describeFile(path: MediaPath, stat: { size: number; mtimeMs: number }): StoredFile {
  return {
    path: path.relative,
    name: path.name,
    visibility: path.visibility,
    sizeBytes: stat.size,
    contentType: contentTypeOf(path.name).type,
    modifiedAt: new Date(Math.floor(stat.mtimeMs)),
    etag: `"${Math.floor(stat.mtimeMs).toString(16)}-${stat.size.toString(16)}"`,
  };
}
