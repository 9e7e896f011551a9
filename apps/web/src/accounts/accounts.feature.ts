import { defineModule } from '#libs/settings';

export const accountsFeature = defineModule({
  name: 'accounts',
  description: 'Accounts and signing in.',
  neededBecause: 'every other module asks it who is signed in',
});
