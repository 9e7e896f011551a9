import { FailedError, RefusedError, UsageError } from '#libs/settings';

export class NoArchive extends UsageError {
  override readonly code = 'NO_ARCHIVE';
}

/** Cut short, or changed on its way. */
export class DamagedArchive extends FailedError {
  override readonly code = 'DAMAGED_ARCHIVE';
}

/** It wants to write where a release has nothing to do. */
export class UnsafeArchive extends RefusedError {
  override readonly code = 'UNSAFE_ARCHIVE';
}

/** Its programs do not run here. */
export class ForeignRelease extends FailedError {
  override readonly code = 'FOREIGN_RELEASE';
}

export function damaged(file: string, why: string, cause?: unknown): DamagedArchive {
  return new DamagedArchive(
    `${file}: is damaged, or no archive of a release: ${why}. Nothing was installed.`,
    {
      hint: 'Copy it again, and compare its SHA-256 with the one that `release build --archive` printed.',
      cause,
    },
  );
}
