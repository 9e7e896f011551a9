import { z } from 'zod';
import { defineSection, integer, text } from '#libs/settings';

export const greetingsSection = defineSection(
  'greetings',
  z
    .strictObject({
      welcome: text(200).default('Leave a greeting.').describe('What the page says above the form.'),
      shown: integer(1, 200).default(20).describe('How many of the newest greetings the page shows.'),
    })
    .default({ welcome: 'Leave a greeting.', shown: 20 })
    .describe('The guest book.'),
);
