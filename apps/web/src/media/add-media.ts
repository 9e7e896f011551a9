import { createHash } from 'node:crypto';
import path from 'node:path';
import { contentTypeOf } from '#libs/media';
import type { MediaWriter, SqlRunner } from '#libs/settings';

export interface NewMedia {
  /** Below the media root: `public/harbour.jpg`. */
  readonly path: string;
  readonly content: Buffer;
  /** What the picture shows, for those who do not see it. */
  readonly alt?: string | undefined;
}

/** Puts a file into the library while a site is set up, when no part of the application runs yet. */
export async function addMedia(target: { db: SqlRunner; media: MediaWriter }, file: NewMedia): Promise<void> {
  await target.media.write(file.path, file.content);
  await target.db.query(
    `INSERT INTO media (path, original_name, alt, content_type, size_bytes, sha256) VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      file.path,
      path.posix.basename(file.path),
      file.alt ?? '',
      contentTypeOf(file.path).type,
      file.content.length,
      createHash('sha256').update(file.content).digest('hex'),
    ],
  );
}
