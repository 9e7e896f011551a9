import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Supervisor } from '#libs/processes';

/** `registered-supervisor.js <folder> <registered> <running>`: says when all of them are as they are to be. */
const [, , folder = '', registered = '0', running = '0'] = process.argv;
const stand = fileURLToPath(new URL('registered-tenant.js', import.meta.url));

const supervisor = new Supervisor({
  prepare: (tenant) =>
    Promise.resolve({
      ...{ tenant, release: 'bench', command: process.execPath, args: [stand], cwd: folder, env: {} },
      address: { path: join(folder, 'run', `${tenant}.sock`) },
      logFile: join(folder, 'run', `${tenant}.log`),
      pidFile: join(folder, 'run', `${tenant}.json`),
      ...{ startTimeoutMs: 30_000, drainTimeoutMs: 1_000 },
    }),
  now: () => new Date(),
  report: () => undefined,
});
const names = Array.from({ length: Number(registered) }, (_, index) => `tenant-${index}`);
for (const name of names.slice(0, Number(running))) await supervisor.start(name);
for (const name of names.slice(Number(running))) await supervisor.startLater(name);
globalThis.gc?.();
process.on('SIGTERM', () => void supervisor.stopAll().then(() => process.exit(0)));
process.send?.('ready');
