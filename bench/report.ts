import { arch, cpus, totalmem } from 'node:os';

import type { MeasuredCommands } from './commands.js';
import type { MeasuredCreate } from './create.js';
import type { MeasuredDeploy } from './deploy.js';
import type { Compared } from './median.js';
import type { MeasuredFleet } from './fleet.js';
import { deployText } from './report-deploy.js';
import { fleetText } from './report-fleet.js';
import type { AtRest } from './registered.js';
import type { MeasuredSettings } from './settings.js';

export interface MeasuredServers {
  readonly tenantCount: number;
  readonly firstResponse: Compared;
  readonly spare: Compared;
  readonly atRest: readonly AtRest[];
  readonly memory: Compared;
  readonly throughput: Compared;
  readonly deploy: MeasuredDeploy;
  readonly fleet: MeasuredFleet;
}

export interface MeasuredOperator extends MeasuredCommands {
  readonly settings: MeasuredSettings;
  readonly create: MeasuredCreate;
}

/** The figures as `docs/performance.md` keeps them. */
export function performanceText(servers: MeasuredServers, operator: MeasuredOperator): string {
  const { tenantCount, firstResponse, spare, atRest, memory, throughput } = servers;
  return `<!-- Written by \`npm run bench\`. -->
# Performance

Medians, on ${machine()} with Node ${process.versions.node} and a
Postgres beside it. Other work on the machine
moves the absolute figures a lot and the ratios little: a ratio is the median over rounds of two measured in turn. The *floor* is a server of bare \`node:http\` and \`pg\` that runs one query
a page.

| | Tenantry | floor | | target |
|---|--:|--:|--:|--:|
| process started → first 200 of a page with a query | ${firstResponse.ours.toFixed(0)} ms | ${firstResponse.theirs.toFixed(0)} ms | ${firstResponse.ratio.toFixed(2)} × | ≤ 3 × |
| spare told its tenant → first 200 of a page with a query | ${spare.ours.toFixed(0)} ms | ${spare.theirs.toFixed(0)} ms | ${spare.ratio.toFixed(2)} × | ≤ 1 × |
| memory of a process (PSS), ${tenantCount} tenants running | ${memory.ours.toFixed(1)} MB | ${memory.theirs.toFixed(1)} MB | | ≤ 32 MB |

| supervisor at rest | memory (PSS) | processor time per hour |
|---|--:|--:|
${atRest.map(atRestRow).join('\n')}

| requests per second, a page with one query | with the runtime | plain Nest | | target |
|---|--:|--:|--:|--:|
| sample application, ${connections} connections | ${throughput.ours.toFixed(0)} | ${throughput.theirs.toFixed(0)} | ${throughput.ratio.toFixed(2)} × | ≥ 0.95 × |

${deployText(servers.deploy)}
${fleetText(servers.fleet)}
${operatorText(operator)}
${whatIsMeasured}`;
}

const whatIsMeasured = `## What is measured

- **First 200**: \`apps/web\` as the supervisor starts it (bundle, code cache of a real boot), from \`spawn\` until the front
  page has arrived whole. It includes reading the settings, proving the identity of database and media root, and checking
  the schema.
- **Spare**: the same process, booted dry for another tenant before; the floor has nothing of the kind and is spawned.
- **Supervisor at rest**: twenty processes that only exist, the other tenants asleep: what a tenant costs that has no visitors.
- **Memory**: \`Pss\` of \`/proc/<pid>/smaps_rollup\`, median over the processes, after a few visits to each.
- **Requests per second**: one Nest application (Fastify, TypeORM, one entity, one controller) run as a tenant, and run by
  \`NestFactory\` alone; both unbundled, over a Unix socket, with the same pool.
- **Loading settings**: in one process, no tenant twice: base settings, profile, overlay with a site of its own, secrets;
  merged, checked by the schema, paths and secrets resolved. The floor only reads and parses the overlay.
- **One more tenant**: from the start of the command to its end, the hash of the first admin's password and the comparison of
  the clone with its template included. The floor makes the same database from the same template, with roles, rights and
  stamp, over as many connections, in a process that runs already.
- **Commands**: spawned from a built checkout by \`scripts/tenantry\`, its shell included.

## What the memory of a process consists of

One of twenty processes at rest, read from \`/proc/<pid>/smaps\` and V8's heap statistics (MB, November 2026):

|                                                                      | Tenantry | floor |
| -------------------------------------------------------------------- | -------: | ----: |
| objects of Node, packages and application, strings, shapes, closures |     14.2 |   6.2 |
| text of the bundle, needed to compile what has been dropped          |      3.5 |       |
| bytecode and compiled code                                           |      2.0 |   2.5 |
| young generation, other spaces                                       |      0.3 |   3.5 |
| V8's heap in all                                                     |     20.0 |  12.2 |
| malloc: buffers, TLS, V8's own bookkeeping                           |      5.5 |   2.6 |
| other anonymous memory, stacks, relocations                          |      2.3 |   2.2 |
| Node's binary and libraries, a twentieth of each                     |      2.0 |   1.8 |

Three things keep it there: in its first quiet moment a process collects its garbage and drops the code that its start
compiled (3 MB; the first page after it takes 10 ms, as before); it collects again some seconds after its first visits,
and ever more rarely after later ones (1.5 MB); and bundles hold packages with short names of local variables (0.5 MB).
`;

/** What needs no servers: settings, and how long an operator waits for a command. */
export function operatorText({ settings, create, commands, growth }: MeasuredOperator): string {
  const rows = commands.map(
    ({ name, wallMs, fastestMs, cpuMs, target }) =>
      `| ${name} | ${wallMs.toFixed(0)} ms | ${fastestMs.toFixed(0)} ms | ${cpuMs.toFixed(0)} ms | ${target} |`,
  );
  return `## Settings and the command line

| one tenant's settings, median of ${settings.tenantCount} | Tenantry | \`yaml\` parses the overlay | | target |
|---|--:|--:|--:|--:|
| with the release's own files, as a tenant's process reads them | ${loadingCells(settings.whole)} | ≤ 5 ms |
| the next tenant of the same process, as a command over the fleet does | ${loadingCells(settings.next)} | ≤ 5 ms |

| command, medians of runs by turns | time | fastest | processor time | target |
|---|--:|--:|--:|--:|
${rows.join('\n')}

| one more tenant, cloned from a template | time | bare SQL | of 1.5 × the SQL + 0.4 s of start-up | target |
|---|--:|--:|--:|--:|
| \`tenantry tenant create\` | ${create.commandMs.toFixed(0)} ms | ${create.sqlMs.toFixed(0)} ms | ${create.ratio.toFixed(2)} × | ≤ 1 × |

The second five hundred of a thousand tenants cost \`settings check\` ${growth.toFixed(2)} × what twice the second 250 of five hundred do: 1 is linear (target: ≤ 1.5).
`;
}

function loadingCells({ ours, theirs, ratio }: Compared): string {
  return `${ours.toFixed(2)} ms | ${theirs.toFixed(2)} ms | ${ratio.toFixed(2)} ×`;
}

function atRestRow({ registered, running, pssMegabytes, cpuSecondsPerHour }: AtRest): string {
  return `| ${registered} tenants, ${running} running | ${pssMegabytes.toFixed(1)} MB | ${cpuSecondsPerHour.toFixed(1)} s |`;
}

const connections = 20;

function machine(): string {
  const cores = cpus().length;
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `a machine with ${cores} ${cores === 1 ? 'core' : 'cores'} (${arch()}) and ${memory} GB`;
}
