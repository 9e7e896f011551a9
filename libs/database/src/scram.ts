import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { type Secret, UsageError } from '#libs/settings';

const iterations = 4096;

/** A role's password that Postgres and its clients could read differently. */
export class UnusablePassword extends UsageError {
  override readonly code = 'UNUSABLE_PASSWORD';
}

/**
 * What Postgres stores instead of a password, so that the password itself never travels in a statement, where
 * logs and pg_stat_activity would show it. https://www.postgresql.org/docs/current/catalog-pg-authid.html
 */
export async function scramVerifier(password: Secret, salt = randomBytes(16)): Promise<string> {
  const plain = password.reveal();
  // Other letters are normalised (SASLprep) before hashing, which Node does not offer.
  if (!/^[\x21-\x7e]+$/.test(plain)) {
    throw new UnusablePassword(
      'database password: expected printable ASCII without spaces, found something else.',
      {
        hint: 'Remove the password from secrets.yaml to have one generated.',
      },
    );
  }
  const salted = await promisify(pbkdf2)(plain, salt, iterations, 32, 'sha256');
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  const serverKey = key('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
