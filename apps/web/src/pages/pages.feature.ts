import { defineModule } from '#libs/settings';

export const pagesFeature = defineModule({
  name: 'pages',
  description: 'Pages, news and their API.',
  neededBecause: 'there is no site without pages',
});
