import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { type ReleasesSeen, visitReleases } from '../tests/support/release-visitors.js';
import { freePort, makeTestHome, type TestHome } from '../tests/support/test-home.js';
import { median } from './median.js';

const run = promisify(execFile);
const quietMs = 15_000;

export interface Scale {
  readonly tenantCount: number;
  readonly report: (line: string) => void;
}

export interface MeasuredDeploy {
  readonly tenantCount: number;
  /** From the command's start to its end, in ms. */
  readonly tookMs: number;
  readonly flipMs: number;
  /** What rename(2) of a link takes without anything around it. */
  readonly bareFlipMs: number;
  readonly during: ReleasesSeen;
  /** The same visitors for as long before it. */
  readonly before: ReleasesSeen;
}

/** A whole deploy with one migration while visitors come through nginx. */
export async function measureDeploy(checkout: string, scale: Scale): Promise<MeasuredDeploy> {
  const home = await makeTestHome('bench-deploy');
  try {
    const port = await prepare(home, checkout, scale);
    return await deployUnderLoad(home, port, scale);
  } finally {
    endEdge(home.dir);
    await home.remove();
  }
}

async function deployUnderLoad(
  home: TestHome,
  port: number,
  { tenantCount, report }: Scale,
): Promise<MeasuredDeploy> {
  const hosts = names(tenantCount).map((name) => `${name}.localhost`);
  report('visiting without a deploy');
  const quiet = visitReleases(port, hosts);
  await sleep(quietMs);
  const before = await quiet.leave();
  report('deploying under load');
  const visitors = visitReleases(port, hosts);
  const began = performance.now();
  const deployed = await home.done('deploy', '--release', '2.0.0', '--wave', '4', '--json');
  const tookMs = performance.now() - began;
  const during = await visitors.leave();
  const { flipMs } = deployed.json<{ flipMs: number }>();
  return { tenantCount, tookMs, flipMs, bareFlipMs: bareFlip(home.dir), during, before };
}

/** Answers the port of nginx. */
async function prepare(home: TestHome, checkout: string, { tenantCount, report }: Scale): Promise<number> {
  const port = await freePort();
  const ports = `httpPort: ${port}, httpsPort: ${await freePort()}`;
  appendFileSync(
    join(home.dir, 'tenantry.yaml'),
    `\nedge: nginx\nhosting: { edge: { run: home, ${ports}, addresses: ['127.0.0.1'] } }\n`,
  );
  report('building a release');
  await home.done('release', 'build', '--id', '1.0.0', '--allow-dirty');
  report('building a release with a migration more');
  await buildChanged(home, checkout);
  await home.done('deploy', '--release', '1.0.0');
  for (const name of names(tenantCount)) {
    report(`creating ${name} of ${tenantCount}`);
    await home.done('tenant', 'create', name);
  }
  await home.done('start', '--all');
  await home.done('hosting', 'apply');
  return port;
}

const migration = `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddMood1899000000000 implements MigrationInterface {
  readonly name = 'AddMood1899000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pages ADD COLUMN mood text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pages DROP COLUMN mood');
  }
}
`;

async function buildChanged(home: TestHome, checkout: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  try {
    const copy = join(dir, 'checkout');
    await run('git', ['clone', '-q', '--depth', '1', `file://${checkout}`, copy]);
    symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
    const folder = join(copy, 'apps/web/src/migrations');
    writeFileSync(join(folder, '1899000000000-add-mood.ts'), migration);
    const index = join(folder, 'index.ts');
    const text = readFileSync(index, 'utf8');
    writeFileSync(
      index,
      `import { AddMood1899000000000 } from './1899000000000-add-mood.js';\n${text.replace('\n];', '\n  AddMood1899000000000,\n];')}`,
    );
    await run(
      join(copy, 'scripts', 'tenantry'),
      [...['release', 'build', '--home', home.dir, '--id', '2.0.0', '--allow-dirty']],
      { cwd: copy },
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench-${index + 1}`);
}

function bareFlip(dir: string): number {
  const [link, draft] = [join(dir, 'bare'), join(dir, 'bare.new')];
  const times = Array.from({ length: 50 }, (_, round) => {
    const began = performance.now();
    symlinkSync(`releases/${round}`, draft);
    renameSync(draft, link);
    return performance.now() - began;
  });
  return median(times);
}

function endEdge(dir: string): void {
  const file = join(dir, 'run/nginx.pid');
  if (existsSync(file)) process.kill(Number(readFileSync(file, 'utf8')), 'SIGQUIT');
}
