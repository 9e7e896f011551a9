import { defineApplication } from '#libs/settings';
import { accountsSection } from './accounts/accounts.settings.js';
import { migrations } from './migrations/index.js';
import { pagesSection } from './pages/pages.settings.js';

/** What operators' commands need to know of this application; importing it loads neither Nest nor TypeORM. */
export const application = defineApplication({
  name: 'web',
  sections: [accountsSection, pagesSection],
  migrations,
  // Loaded only where something is set up: a start does without it.
  setUp: async (input) => (await import('./setup/set-up.js')).setUp(input),
});
