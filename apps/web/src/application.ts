import { defineApplication } from '#libs/settings';
import { migrations } from './migrations/index.js';

/** What operators' commands need to know of this application; importing it loads neither Nest nor TypeORM. */
export const application = defineApplication({
  name: 'web',
  sections: [],
  migrations,
});
