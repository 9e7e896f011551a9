import { defineModule } from '#libs/settings';

export const mediaFeature = defineModule({
  name: 'media',
  description: 'Uploaded files: the media library and its API.',
});
