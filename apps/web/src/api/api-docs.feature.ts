import { defineModule } from '#libs/settings';

export const apiDocsFeature = defineModule({
  name: 'api-docs',
  description: 'Documentation of the JSON API at `/api/docs`; the API itself belongs to the other modules.',
});
