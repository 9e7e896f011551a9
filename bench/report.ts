import { arch, cpus, totalmem } from 'node:os';

import type { Compared } from './median.js';

export interface Measured {
  readonly tenantCount: number;
  readonly firstResponse: Compared;
  readonly memory: Compared;
  readonly throughput: Compared;
}

/** The figures as `docs/performance.md` keeps them. */
export function performanceText(measured: Measured): string {
  const { tenantCount, firstResponse, memory, throughput } = measured;
  return `<!-- Written by \`npm run bench\`. -->
# Performance

Medians, on ${machine()} with Node ${process.versions.node} and a
Postgres beside it. Other work on the machine
moves the absolute figures a lot and the ratios little: a ratio is the median over rounds of two measured in turn. The *floor* is a server of bare \`node:http\` and \`pg\` that runs one query
a page.

| | Tenantry | floor | | target |
|---|--:|--:|--:|--:|
| process started → first 200 of a page with a query | ${firstResponse.ours.toFixed(0)} ms | ${firstResponse.theirs.toFixed(0)} ms | ${firstResponse.ratio.toFixed(2)} × | ≤ 3.5 × |
| memory of a process (PSS), ${tenantCount} tenants running | ${memory.ours.toFixed(1)} MB | ${memory.theirs.toFixed(1)} MB | | ≤ 45 MB |

| requests per second, a page with one query | with the runtime | plain Nest | | target |
|---|--:|--:|--:|--:|
| sample application, ${connections} connections | ${throughput.ours.toFixed(0)} | ${throughput.theirs.toFixed(0)} | ${throughput.ratio.toFixed(2)} × | ≥ 0.95 × |

## What is measured

- **First 200**: \`apps/web\` as the supervisor starts it (bundle, code cache of a real boot), from \`spawn\` until the front
  page has arrived whole. It includes reading the settings, proving the identity of database and media root, and checking
  the schema.
- **Memory**: \`Pss\` of \`/proc/<pid>/smaps_rollup\`, median over the processes, after a few visits to each.
- **Requests per second**: one Nest application (Fastify, TypeORM, one entity, one controller) run as a tenant, and run by
  \`NestFactory\` alone; both unbundled, over a Unix socket, with the same pool.
`;
}

const connections = 20;

function machine(): string {
  const cores = cpus().length;
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `a machine with ${cores} ${cores === 1 ? 'core' : 'cores'} (${arch()}) and ${memory} GB`;
}
