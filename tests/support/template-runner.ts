import { buildTemplate } from '#libs/database';
import { simple } from './simple-template.js';
import { testServer } from './test-postgres.js';

// Builds a template and ends itself by SIGKILL at the nth step; once it is closed it is built, and nobody is killed.
const [home = '', nth = '0'] = process.argv.slice(2);
let steps = 0;

await buildTemplate({
  ...{ server: testServer(), spec: simple(home) },
  onStep: (step) => {
    steps += 1;
    if (steps === Number(nth) && step !== 'closed') process.kill(process.pid, 'SIGKILL');
  },
});
