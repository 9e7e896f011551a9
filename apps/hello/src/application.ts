import { defineApplication } from '#libs/settings';
import { greetingsSection } from './greetings/greetings.settings.js';
import { migrations } from './migrations/index.js';

/** The smallest application that has all parts: settings, a table, pages. */
export const application = defineApplication({ name: 'hello', sections: [greetingsSection], migrations });
