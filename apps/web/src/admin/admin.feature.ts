import { defineModule } from '#libs/settings';

export const adminFeature = defineModule({
  name: 'admin',
  description: 'The pages on which the site is edited.',
});
