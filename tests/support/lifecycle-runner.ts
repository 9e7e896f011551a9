import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import {
  createDependencies,
  deleteTenant,
  purgeTenant,
  recoverTenant,
  renameTenant,
  silentReport,
  moveTenant,
  undeleteTenant,
} from '#libs/operations';
import { checkoutDir, entry } from './command-line.js';

// Does a verb of the life cycle and ends itself by SIGKILL at the first place at which no run before it did; so called
// again and again, it dies once at each, and at last is done. Places are the ends of steps, and their beginnings if asked
// to: whoever goes on from a step that was not begun does what he would have done anyway, but who goes back does not.
const [home = '', verb = '', tenant = '', passedFile = '', places = 'ends'] = process.argv.slice(2);
const passed = new Set(existsSync(passedFile) ? readFileSync(passedFile, 'utf8').split('\n') : []);

const dependencies = createDependencies({
  ...{ home, cwd: home, env: process.env, codeRoot: checkoutDir, entry },
  ...{
    command: `tenantry tenant ${verb} ${tenant}`,
    signal: new AbortController().signal,
    report: silentReport,
  },
});

function onStep(place: string): void {
  if (passed.has(place) || (places === 'ends' && place.endsWith(': begun'))) return;
  appendFileSync(passedFile, `${place}\n`);
  process.kill(process.pid, 'SIGKILL');
}

const request = { tenant, plan: false, onStep };
const confirmed = { ...request, confirm: tenant, ask: undefined };
const verbs: Readonly<Record<string, () => Promise<{ text: string }>>> = {
  delete: () => deleteTenant(dependencies, confirmed),
  undelete: () => undeleteTenant(dependencies, request),
  purge: () => purgeTenant(dependencies, confirmed),
  rename: () => renameTenant(dependencies, { ...request, to: `${tenant}-two`, redirect: false }),
  move: () => moveTenant(dependencies, { ...request, server: 'second' }),
  recover: () => recoverTenant(dependencies, { tenant, undo: true, onStep }),
};
const outcome = await verbs[verb]?.();
console.log(outcome?.text);
