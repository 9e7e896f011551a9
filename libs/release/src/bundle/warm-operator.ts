import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { NotWarmed } from './warm-bundle.js';

export interface WarmOperatorInput {
  /** The bundle's folder. */
  readonly folder: string;
  readonly node: string;
}

/**
 * Fills `cache/` with the bundle as V8 compiled it, complete, so that no later command adds to it: what the most
 * frequent commands run, with their functions; the rest as it is after loading.
 */
export async function warmOperator({ folder, node }: WarmOperatorInput): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'tenantry-warm-'));
  const run = (...args: string[]): Promise<void> => runOnce(node, args, home);
  const main = join(folder, 'main.mjs');
  try {
    await writeSampleHome(home);
    // Node keeps what the first process compiled of a file, so the command that does most comes first.
    await run(main, 'tenant', 'list');
    await run(main, '--help');
    const script = await loadRest(folder);
    await run('--input-type=module', '--eval', script);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** With all that overlays mostly have: what is not run here, each command that runs it would compile anew. */
async function writeSampleHome(home: string): Promise<void> {
  const tenants = join(home, 'tenants');
  await mkdir(join(tenants, '_profiles'), { recursive: true });
  await writeFile(join(home, 'tenantry.yaml'), '{}\n');
  await writeFile(join(tenants, '_profiles', 'plan.yaml'), sampleProfile);
  for (const name of ['one', 'two', 'three', 'four', 'five']) {
    await mkdir(join(tenants, name));
    await writeFile(join(tenants, name, 'settings.yaml'), sampleOverlay(name));
    const secrets = `database:\n  ownerPassword: ${name}\n  runtimePassword: ${name}\n`;
    await writeFile(join(tenants, name, 'secrets.yaml'), secrets, { mode: 0o600 });
  }
}

const sampleProfile = `media: { quota: 20GB }
trustedProxies: [10.0.0.0/8]
limits:
  requestsPerMinute: 3000
`;

function sampleOverlay(name: string): string {
  return `# A comment
extends: [plan]
hosts: [${name}.example.com]
site:
  title: "${name}"
theme: { colors: { primary: '#c2410c' }, font: serif }
trustedProxies: { $append: [192.0.2.7] }
features:
  one: true
sites:
  shop:
    hosts: [shop.${name}.example.com]
    site: { title: Shop }
    theme: { colors: { primary: '#14508c' } }
`;
}

/** All chunks but the command line itself, which would run: what begins it is cached by then. */
async function loadRest(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.mjs') && !name.startsWith('main'));
  const imports = files.map(
    (name) => `await import(${JSON.stringify(pathToFileURL(join(folder, name)).href)});`,
  );
  const cache = JSON.stringify(join(folder, 'cache'));
  return [
    `import { enableCompileCache } from 'node:module';`,
    `enableCompileCache({ directory: ${cache}, portable: true });`,
    ...imports,
  ].join('\n');
}

async function runOnce(node: string, args: readonly string[], home: string): Promise<void> {
  const child = spawn(node, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { TENANTRY_HOME: home, NODE_ENV: 'production' },
    timeout: 60_000,
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  throw new NotWarmed(`bundle operator: its first start failed: ${complaint.trim() || `exit ${code}`}`, {
    hint: 'Start dist/apps/tenantry/src/main.js to see more.',
  });
}
