import { FailedError, RefusedError, SettingsError, TenantryError, UsageError } from '#libs/settings';

/** The media root is another's, or nobody's: a process must not start on it and nothing was written. */
export class WrongMediaRoot extends SettingsError {
  override readonly code = 'WRONG_MEDIA_ROOT';
}

/** A folder that holds files but no identity: taking it over could mix two owners' files. */
export class MediaRootInUse extends RefusedError {
  override readonly code = 'MEDIA_ROOT_IN_USE';
}

/** One file is larger than the upload limit. */
export class UploadTooLarge extends UsageError {
  override readonly code = 'UPLOAD_TOO_LARGE';
}

/** The file would fit the disk, but not the quota. */
export class QuotaExceeded extends FailedError {
  override readonly code = 'QUOTA_EXCEEDED';
}

/** The disk (or the disk quota of the operating system's user) is full. */
export class DiskFull extends FailedError {
  override readonly code = 'DISK_FULL';
}

/** The sender went away before the last byte. */
export class UploadAborted extends FailedError {
  override readonly code = 'UPLOAD_ABORTED';
}

/** A path or file name that could lead out of the media root, or to a file that is not media. */
export class UnsafePath extends UsageError {
  override readonly code = 'UNSAFE_PATH';
}

export class MediaNotFound extends UsageError {
  override readonly code = 'MEDIA_NOT_FOUND';
}

/** The `code` of an error of the operating system: `ENOENT`, `ENOSPC`, … */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The disk refused a write for another reason than being full: read-only, not permitted, broken. */
export class MediaWriteFailed extends FailedError {
  override readonly code = 'MEDIA_WRITE_FAILED';
}

/** Runs a step that writes, and gives its failures the names that a person can act on. */
export async function writing<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || error instanceof TenantryError) throw error;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new DiskFull('media: the disk is full; nothing of this file was kept.', {
        cause: error,
        hint: 'Free space on the disk of the media root, then send the file again.',
      });
    }
    throw new MediaWriteFailed(`media: the disk refused the file (${code}); nothing of it was kept.`, {
      cause: error,
      hint: 'Check the permissions and the mount of the media root.',
    });
  }
}
