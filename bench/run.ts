import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { makeBench } from './bench-home.js';
import { measureFirstResponse } from './first-response.js';
import { measureMemory } from './memory.js';
import { performanceText } from './report.js';
import { measureThroughput } from './throughput.js';

/** `npm run bench`: measures, prints the figures and keeps them in docs/performance.md. */
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '15' },
    'no-write': { type: 'boolean', default: false },
  },
});

const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const tenantCount = Number(values.tenants);
const rounds = Number(values.rounds);

const bench = await makeBench({ checkout, tenantCount, report });
try {
  report('measuring the first response');
  const firstResponse = await measureFirstResponse(bench, rounds);
  report('measuring memory');
  const memory = await measureMemory(bench);
  report('measuring requests per second');
  const throughput = await measureThroughput(bench, 7);
  const text = performanceText({ tenantCount, firstResponse, memory, throughput });
  process.stdout.write(text);
  if (!values['no-write']) {
    mkdirSync(join(checkout, 'docs'), { recursive: true });
    writeFileSync(join(checkout, 'docs', 'performance.md'), text);
  }
} finally {
  await bench.remove();
}
