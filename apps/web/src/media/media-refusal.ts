import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  DiskFull,
  MediaNotFound,
  MediaWriteFailed,
  QuotaExceeded,
  UnsafePath,
  UploadAborted,
  UploadTooLarge,
} from '#libs/media';

/** A refusal as the caller is told it. */
export interface MediaRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

const statuses = [
  [UnsafePath, 400],
  [UploadAborted, 400],
  [MediaNotFound, 404],
  [UploadTooLarge, 413],
  [QuotaExceeded, 507],
  [DiskFull, 507],
  [MediaWriteFailed, 500],
] as const;
const storageErrors = statuses.map(([type]) => type);
type StorageError = InstanceType<(typeof storageErrors)[number]>;

/** What to tell of an error of the storage or of the form; `undefined` for what is not meant for the caller. */
export function describeRefusal(error: unknown): MediaRefusal | undefined {
  for (const [type, status] of statuses) {
    if (!(error instanceof type)) continue;
    const { code, message, hint } = error;
    return { status, code, message, hint };
  }
  if (isFilesLimit(error)) {
    return {
      status: 413,
      code: 'TOO_MANY_FILES',
      message: 'upload: there are more files in the form than are taken at once.',
    };
  }
  if (!(error instanceof HttpException) || error.getStatus() === 403) return undefined;
  const body = error.getResponse();
  if (typeof body !== 'object' || !('code' in body) || !('message' in body)) return undefined;
  return { status: error.getStatus(), code: String(body.code), message: String(body.message) };
}

/** Answers the storage's refusals as JSON. The application's own filter keeps texts of 5xx to itself; these are for the caller. */
@Catch(...storageErrors)
export class MediaRefusalFilter implements ExceptionFilter<StorageError> {
  async catch(error: StorageError, host: ArgumentsHost): Promise<void> {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { status, ...told } = describeRefusal(error) ?? {
      status: 500,
      code: error.code,
      message: error.message,
    };
    await reply.code(status).header('cache-control', 'no-store').send({ error: told });
  }
}

/** The form parser's error for a form with more files than it was told to take. */
export function isFilesLimit(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'FST_FILES_LIMIT';
}
