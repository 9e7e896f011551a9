import { escapeIdentifier, escapeLiteral } from 'pg';
import { UsageError } from '#libs/settings';

/** A name that Postgres would not keep as it is. */
export class InvalidIdentifier extends UsageError {
  override readonly code = 'INVALID_IDENTIFIER';
}

/** NAMEDATALEN - 1: Postgres cuts longer names off without an error, and two tenants could become one. */
const longestNameBytes = 63;

/** The only way in which a name gets into SQL text. */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > longestNameBytes) {
    throw new InvalidIdentifier(
      `database or role name: expected 1 to ${longestNameBytes} bytes, found ${JSON.stringify(name.slice(0, 80))}.`,
      { hint: 'Choose shorter names under `database` in the settings.' },
    );
  }
  return escapeIdentifier(name);
}

/** For the few statements that take no parameters: COMMENT, CREATE ROLE … PASSWORD. */
export function quoteLiteral(value: string): string {
  return escapeLiteral(value);
}
