import { createDependencies, everyTenant, migrateTenants, silentReport } from '#libs/operations';
import { checkoutDir, entry } from './command-line.js';

// Migrates all tenants of a home one after the other and ends itself by SIGKILL at the nth step; exit 0 when it had fewer.
const [home = '', nth = '0'] = process.argv.slice(2);
let steps = 0;

await migrateTenants(
  createDependencies({
    ...{ home, cwd: home, env: {}, codeRoot: checkoutDir, entry },
    ...{ command: 'tenantry migrate --all', signal: new AbortController().signal, report: silentReport },
  }),
  {
    ...{ targets: everyTenant, plan: false, parallel: 1 },
    onStep: () => {
      steps += 1;
      if (steps === Number(nth)) process.kill(process.pid, 'SIGKILL');
    },
  },
);
