import { arch, cpus, totalmem } from 'node:os';

import type { Compared } from './first-response.js';
import type { Throughput } from './throughput.js';

export interface Measured {
  readonly tenantCount: number;
  readonly firstResponse: Compared;
  readonly memory: Compared;
  readonly throughput: Throughput;
}

/** The figures as `docs/performance.md` keeps them. */
export function performanceText(measured: Measured): string {
  const { tenantCount, firstResponse, memory, throughput } = measured;
  const ratio = throughput.withRuntime / throughput.plain;
  return `<!-- Written by \`npm run bench\`. -->
# Performance

Medians, on ${machine()} with Node ${process.versions.node} and a
Postgres beside it. Load on the machine moves the
absolute figures by a quarter; the ratios hold. The *floor* is a server of bare \`node:http\` and \`pg\` that runs one query
a page, measured by turns with ours in the same run.

| | Tenantry | floor | | target |
|---|--:|--:|--:|--:|
| process started → first 200 of a page with a query | ${firstResponse.ours.toFixed(0)} ms | ${firstResponse.floor.toFixed(0)} ms | ${(firstResponse.ours / firstResponse.floor).toFixed(2)} × | ≤ 3.5 × |
| memory of a process (PSS), ${tenantCount} tenants running | ${memory.ours.toFixed(1)} MB | ${memory.floor.toFixed(1)} MB | | ≤ 45 MB |

| requests per second, a page with one query | with the runtime | plain Nest | | target |
|---|--:|--:|--:|--:|
| sample application, ${connections} connections | ${throughput.withRuntime.toFixed(0)} | ${throughput.plain.toFixed(0)} | ${ratio.toFixed(2)} × | ≥ 0.95 × |

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
