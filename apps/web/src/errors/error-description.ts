import { HttpException } from '@nestjs/common';

/** What a caller is told of an error; what is not listed here stays in the log. */
export interface ErrorDescription {
  readonly status: number;
  readonly code: string;
  readonly message: string;
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
};

const parserMessages: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; expected JSON.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'The body has a content type that is not accepted here; expected application/json.',
};

export function describeError(error: unknown): ErrorDescription {
  if (error instanceof HttpException) return describeHttp(error);
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

function describeHttp(error: HttpException): ErrorDescription {
  // Nest wraps what Fastify's body parsers throw.
  if (error.cause instanceof Error && fastifyError(error.cause).code in parserMessages)
    return describeError(error.cause);
  const description = describeStatus(error.getStatus());
  const body = error.getResponse();
  if (description.status >= 500 || typeof body !== 'object') return description;
  const code = 'code' in body && typeof body.code === 'string' ? body.code : description.code;
  // Nest's own text for a route that is not there repeats the request; ours says more.
  const own = 'code' in body && 'message' in body && typeof body.message === 'string';
  const fields =
    'fields' in body && typeof body.fields === 'object'
      ? { fields: body.fields as Record<string, string> }
      : {};
  return { ...description, code, ...(own ? { message: String(body.message) } : {}), ...fields };
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
