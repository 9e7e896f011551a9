import { defineApplication } from '#libs/settings';

import { CreateNotes1700000000000 } from './create-notes.js';

/** A small application, for the runtime's own tests and benchmarks. */
export const application = defineApplication({
  name: 'sample',
  sections: [],
  migrations: [CreateNotes1700000000000],
});
