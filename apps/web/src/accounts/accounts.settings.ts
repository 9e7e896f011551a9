import { z } from 'zod';
import { defineSection, duration, type SectionValue } from '#libs/settings';

/** What one can set about signing in. */
export const accountsSection = defineSection(
  'accounts',
  z
    .strictObject({
      sessionLifetime: duration('5m', '365d')
        .prefault('14d')
        .describe('How long one stays signed in; then the password is asked again.'),
      attemptsPerAccount: z
        .int()
        .min(3)
        .max(100)
        .default(10)
        .describe('Wrong passwords for one email address within `attemptWindow`.'),
      attemptsPerAddress: z
        .int()
        .min(3)
        .max(10_000)
        .default(30)
        .describe('Wrong passwords from one network address within `attemptWindow`.'),
      attemptWindow: duration('10s', '1d').prefault('15m').describe('How long a wrong password counts.'),
    })
    .prefault({})
    .describe('Signing in.'),
);

export type AccountsSettings = SectionValue<typeof accountsSection>;
