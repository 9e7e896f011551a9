import { defineApplication } from '#libs/settings';

import { CreateNotes1700000000000 } from './create-notes.js';

/** A small application, for tests and benchmarks of what is around an application. */
export const application = defineApplication({
  name: 'sample',
  sections: [],
  migrations: [CreateNotes1700000000000],
});
