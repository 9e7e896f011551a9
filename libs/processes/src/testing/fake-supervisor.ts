// A supervisor in a process of its own, for tests that kill it: `node fake-supervisor.js FOLDER MODE TENANT…`
import { serveControl } from '../control/server.js';
import { endOrphans } from '../orphans.js';
import { FakeHome } from './fake-home.js';

const [folder = '', mode = 'well', ...tenants] = process.argv.slice(2);
const home = new FakeHome({ folder });
home.modes['refusing'] = 'refuse';

const control = await serveControl({
  socket: `${folder}/supervisor.sock`,
  supervisor: home.supervisor,
  shutdown: () => void shutDown(),
  now: () => new Date(),
  gateway: () => ({ host: '127.0.0.1', port: 8080 }),
}).catch((error: unknown) => {
  console.error(JSON.stringify(error, ['code', 'message', 'exitCode', 'hint']));
  return undefined;
});
if (control === undefined) process.exit(75);

const ended = await endOrphans({ folder, graceMs: 300, report: () => undefined });
for (const tenant of tenants) home.modes[tenant] = mode;
const started = await Promise.all(tenants.map((tenant) => home.supervisor.start(tenant)));
console.log(JSON.stringify({ ended, pids: started.map(({ pid }) => pid) }));

async function shutDown(): Promise<void> {
  await home.supervisor.stopAll();
  await control?.close();
  process.exit(0);
}
