import { BadRequestException, StandardSchemaValidationPipe } from '@nestjs/common';
import { fieldMessages } from './field-messages.js';

/** What a caller sent does not fit: `fields` says why, by the name of each field. */
export class InvalidInput extends BadRequestException {
  constructor(readonly fields: Readonly<Record<string, string>>) {
    const list = Object.entries(fields).map(([name, message]) =>
      name === '' ? message : `${name}: ${message}`,
    );
    super({ code: 'INVALID_INPUT', message: `${list.join('; ')}.`, fields });
  }
}

/** Without this global pipe, Nest's `@Body({ schema })` validates nothing. */
export function inputPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => new InvalidInput(fieldMessages(issues)),
  });
}
