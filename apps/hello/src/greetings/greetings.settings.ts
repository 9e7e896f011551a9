import { z } from 'zod';
import { defineSection, integer, secret, text } from '#libs/settings';

export const greetingsSection = defineSection(
  'greetings',
  z
    .strictObject({
      welcome: text(200).default('Leave a greeting.').describe('What the page says above the form.'),
      shown: integer(1, 200).default(20).describe('How many of the newest greetings the page shows.'),
      key: secret()
        .optional()
        .describe('Who adds greetings by the API has to send it as X-Key; without it, anybody may.'),
    })
    .default({ welcome: 'Leave a greeting.', shown: 20 })
    .describe('The guest book.'),
);
