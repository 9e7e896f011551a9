import { UsageError, type FirstAdmin, type SqlRunner } from '#libs/settings';
import { isEmail, maxPasswordLength, minPasswordLength, normalizeEmail } from './credentials.js';
import { hashPassword } from './password-hash.js';

/** An email address or password that no account can have. */
export class UnusableCredentials extends UsageError {
  override readonly code = 'UNUSABLE_CREDENTIALS';
}

/** Makes the account with which a new site is first edited. @throws UnusableCredentials */
export async function createFirstAdmin(db: SqlRunner, admin: FirstAdmin): Promise<void> {
  const email = normalizeEmail(admin.email);
  if (!isEmail(email)) {
    throw new UnusableCredentials(
      `first account: expected an email address, found ${JSON.stringify(email)}.`,
      {
        hint: 'Give one such as "editor@example.com".',
      },
    );
  }
  const { length } = admin.password;
  if (length < minPasswordLength || length > maxPasswordLength) {
    throw new UnusableCredentials(
      `first account: expected a password of ${minPasswordLength} to ${maxPasswordLength} characters, found ${length}.`,
      { hint: 'Choose another, or leave it out to have one made.' },
    );
  }
  await db.query('INSERT INTO accounts (email, password_hash) VALUES ($1, $2)', [
    email,
    await hashPassword(admin.password),
  ]);
}
