import { inspect } from 'node:util';

const redacted = '[secret]';

/**
 * A value that prints as `[secret]` wherever it ends up: templates, JSON, `console.log`, error texts.
 * Only `reveal()` gives it out, so that every such place can be found by that word.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
