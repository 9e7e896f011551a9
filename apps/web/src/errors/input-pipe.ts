import {
  BadRequestException,
  StandardSchemaValidationPipe,
  type StandardSchemaValidationPipeOptions,
} from '@nestjs/common';

type Issues = Parameters<NonNullable<StandardSchemaValidationPipeOptions['exceptionFactory']>>[0];

/** What a caller sent does not fit: `fields` says why, by the name of each field. */
export class InvalidInput extends BadRequestException {
  constructor(readonly fields: Readonly<Record<string, string>>) {
    const list = Object.entries(fields).map(([name, message]) =>
      name === '' ? message : `${name}: ${message}`,
    );
    super({ code: 'INVALID_INPUT', message: `${list.join('; ')}.`, fields });
  }
}

/** Of several issues with one field, the first counts. An issue with the whole is under the empty name. */
export function fieldMessages(issues: Issues): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const issue of issues) {
    const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
    const unknown = unknownKeys(issue);
    for (const key of unknown) messages[[...path, key].join('.')] ??= 'there is no such field';
    if (unknown.length === 0) messages[path.join('.')] ??= issue.message;
  }
  return messages;
}

/** Zod tells of all unknown keys in one issue of the object around them. */
function unknownKeys(issue: object): readonly string[] {
  return 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map(String) : [];
}

/** Without this global pipe, Nest's `@Body({ schema })` validates nothing. */
export function inputPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => new InvalidInput(fieldMessages(issues)),
  });
}
