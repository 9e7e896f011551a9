import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { makeBench } from './bench-home.js';
import { measureDeploy } from './deploy.js';
import { measureCommands } from './commands.js';
import { measureCreate, type MeasuredCreate } from './create.js';
import { measureFirstResponse } from './first-response.js';
import { measureMemory } from './memory.js';
import { measureFleets } from './fleets.js';
import { deployText } from './report-deploy.js';
import { fleetText } from './report-fleet.js';
import { type MeasuredServers, operatorText, performanceText } from './report.js';
import { measureSettings } from './settings.js';
import { type AtRest, measureAtRest } from './registered.js';
import { measureSpares } from './spares.js';
import { measureThroughput } from './throughput.js';

/** `npm run bench`: measures, prints the figures and keeps them in docs/performance.md. */
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '15' },
    'no-write': { type: 'boolean', default: false },
    // One part alone; prints, and keeps nothing. A whole deploy under load:
    'deploy-only': { type: 'boolean', default: false },
    // What needs no servers, settings and the command line:
    'operator-only': { type: 'boolean', default: false },
    // Migrating fleets, the largest of so many tenants; first, what a run promises is put to the proof:
    'fleet-only': { type: 'boolean', default: false },
    fleet: { type: 'string', default: '1000' },
    // The memory of running tenants, as many times as there are rounds:
    'memory-only': { type: 'boolean', default: false },
  },
});

const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const rounds = Number(values.rounds);
const settingsTenants = 200;

if (values['deploy-only']) {
  process.stdout.write(
    deployText(await measureDeploy(checkout, { tenantCount: Number(values.tenants), report })),
  );
} else if (values['fleet-only']) {
  process.stdout.write(fleetText(await measureFleets(Number(values.fleet), rounds, report)));
} else if (values['memory-only']) {
  await measureMemoryAlone(Number(values.tenants));
} else if (values['operator-only']) {
  process.stdout.write(operatorText(measureOperator(await loadingTimes(), await createTimes())));
} else {
  // Servers first: their bundle, made anew, is the command line's too.
  const servers = await measureServers(Number(values.tenants));
  const text = performanceText(servers, measureOperator(await loadingTimes(), await createTimes()));
  process.stdout.write(text);
  if (!values['no-write']) {
    mkdirSync(join(checkout, 'docs'), { recursive: true });
    writeFileSync(join(checkout, 'docs', 'performance.md'), text);
  }
}

async function measureServers(tenantCount: number): Promise<MeasuredServers> {
  const bench = await makeBench({ checkout, tenantCount, report });
  try {
    report('measuring the first response');
    const firstResponse = await measureFirstResponse(bench, rounds);
    report('measuring the first response of a spare');
    const spare = await measureSpares(bench, rounds);
    report('measuring supervisors at rest');
    const atRest: AtRest[] = [];
    for (const registered of [20, 1000]) atRest.push(await measureAtRest(registered, 20));
    report('measuring memory');
    const memory = await measureMemory(bench);
    report('measuring requests per second');
    const throughput = await measureThroughput(bench, 7);
    const deploy = await measureDeploy(checkout, { tenantCount, report });
    const fleet = await measureFleets(Number(values.fleet), Math.min(rounds, 5), report);
    return { tenantCount, firstResponse, spare, atRest, memory, throughput, deploy, fleet };
  } finally {
    await bench.remove();
  }
}

async function measureMemoryAlone(tenantCount: number): Promise<void> {
  const bench = await makeBench({ checkout, tenantCount, report });
  try {
    for (let round = 0; round < rounds; round += 1) {
      const { ours, theirs } = await measureMemory(bench);
      process.stdout.write(`${ours.toFixed(1)} MB, floor ${theirs.toFixed(1)} MB\n`);
    }
  } finally {
    await bench.remove();
  }
}

async function loadingTimes(): Promise<Awaited<ReturnType<typeof measureSettings>>> {
  report('measuring how settings are loaded');
  return measureSettings(checkout, settingsTenants);
}

function createTimes(): Promise<MeasuredCreate> {
  report('measuring how a tenant is created');
  return measureCreate(checkout, rounds);
}

function measureOperator(settings: Awaited<ReturnType<typeof measureSettings>>, create: MeasuredCreate) {
  report('measuring the command line');
  return { settings, create, ...measureCommands(checkout, rounds) };
}
