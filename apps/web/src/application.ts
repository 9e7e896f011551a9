import { defineApplication } from '#libs/settings';
import { accountsFeature } from './accounts/accounts.feature.js';
import { accountsSection } from './accounts/accounts.settings.js';
import { adminFeature } from './admin/admin.feature.js';
import { apiDocsFeature } from './api/api-docs.feature.js';
import { mediaFeature } from './media/media.feature.js';
import { migrations } from './migrations/index.js';
import { pagesFeature } from './pages/pages.feature.js';
import { pagesSection } from './pages/pages.settings.js';

/** What operators' commands need to know of this application; importing it loads neither Nest nor TypeORM. */
export const application = defineApplication({
  name: 'web',
  sections: [accountsSection, pagesSection],
  modules: [accountsFeature, pagesFeature, mediaFeature, adminFeature, apiDocsFeature],
  migrations,
  // Loaded only where something is set up: a start does without it.
  setUp: async (input) => (await import('./setup/set-up.js')).setUp(input),
});
