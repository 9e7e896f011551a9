import { HttpException } from '@nestjs/common';
import { z } from 'zod';

/** What a caller is told of an error; what is not listed here stays in the log. */
export interface ErrorDescription {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** What the caller can do about it. */
  readonly hint?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

const texts: Readonly<Record<number, [code: string, message: string]>> = {
  400: ['BAD_REQUEST', 'The request cannot be understood.'],
  401: ['NOT_SIGNED_IN', 'You need to sign in first.'],
  403: ['FORBIDDEN', 'You may not do this.'],
  404: ['NOT_FOUND', 'There is nothing at this address.'],
  405: ['METHOD_NOT_ALLOWED', 'This address does not answer to that method.'],
  409: ['CONFLICT', 'This does not fit what is there already.'],
  413: ['TOO_LARGE', 'That is larger than what is accepted here.'],
  415: ['UNSUPPORTED_TYPE', 'This kind of content is not accepted here.'],
  429: ['TOO_MANY_REQUESTS', 'Too many requests. Please wait a moment.'],
  500: ['INTERNAL', 'Something went wrong on our side.'],
  503: ['UNAVAILABLE', 'This site cannot answer for the moment. Please try again shortly.'],
};

const parserMessages: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; expected JSON.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'The body has a content type that is not accepted here; expected application/json.',
};

const ownBody = z.object({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  hint: z.string().optional().catch(undefined),
  fields: z.record(z.string(), z.string()).optional().catch(undefined),
});

export function describeError(error: unknown): ErrorDescription {
  if (error instanceof HttpException) return describeHttp(error);
  if (isDatabaseAway(error)) return describeStatus(503);
  const { statusCode, code } = fastifyError(error);
  const status = statusCode >= 400 && statusCode < 500 ? statusCode : 500;
  const parserMessage = parserMessages[code];
  if (parserMessage === undefined) return describeStatus(status);
  return {
    status,
    code: code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? 'UNSUPPORTED_TYPE' : 'NOT_JSON',
    message: parserMessage,
  };
}

/** Postgres shuts down, starts, or has no connection left; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const awayStates: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '53300', '08006']);

/** The database cannot be reached; whoever comes back in a moment may be answered. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('syscall' in error && error.syscall === 'connect') return true;
  return 'code' in error && typeof error.code === 'string' && awayStates.has(error.code);
}

function describeHttp(error: HttpException): ErrorDescription {
  // Nest wraps what Fastify's body parsers throw.
  if (error.cause instanceof Error && fastifyError(error.cause).code in parserMessages)
    return describeError(error.cause);
  const description = describeStatus(error.getStatus());
  const body = error.getResponse();
  if (description.status >= 500 || typeof body !== 'object') return description;
  const { code, message, hint, fields } = z.parse(ownBody, body);
  return {
    ...description,
    ...(code === undefined ? {} : { code }),
    // Without a code of ours, it is Nest's text for a missing route, which repeats the request.
    ...(code === undefined || message === undefined ? {} : { message }),
    ...(hint === undefined ? {} : { hint }),
    ...(fields === undefined ? {} : { fields }),
  };
}

function describeStatus(status: number): ErrorDescription {
  const [code, message] = texts[status] ??
    texts[status < 500 ? 400 : 500] ?? ['INTERNAL', 'Something went wrong.'];
  return { status, code, message };
}

function fastifyError(error: unknown): { statusCode: number; code: string } {
  if (!(error instanceof Error)) return { statusCode: 500, code: '' };
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  return { statusCode, code: 'code' in error && typeof error.code === 'string' ? error.code : '' };
}
