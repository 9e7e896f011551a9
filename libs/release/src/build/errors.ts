import { FailedError, RefusedError, UsageError } from '#libs/settings';

export class ReleaseExists extends RefusedError {
  override readonly code = 'RELEASE_EXISTS';
}

export class InvalidReleaseId extends UsageError {
  override readonly code = 'INVALID_RELEASE_ID';
}

export class NoMigrationSource extends FailedError {
  override readonly code = 'NO_MIGRATION_SOURCE';
}

/** A release that was built, and does not do what it is for. */
export class SmokeBootFailed extends FailedError {
  override readonly code = 'SMOKE_BOOT_FAILED';
}

export class DiskFull extends FailedError {
  override readonly code = 'DISK_FULL';
}
