import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { HostingPlan } from '../../plan.js';
import { edgePlan, edgeUnit, edgeVhost } from '../../testing/edge-plan.js';
import { testedKinds } from '../../testing/private-edge.js';
import { generatorOf } from './generator-of.js';

// Of the sources: the compiled specs lie in a folder without them.
const golden = join(process.cwd(), 'libs/hosting/src/generators/edge/golden');

describe.each(testedKinds)('the files of %s', (kind) => {
  const files = (generatorOf(kind)?.generate(planOf(kind)) ?? []).filter(({ path }) => isKept(path));
  const found = new Map(files.map(({ path, text }) => [path.replace(/^hosting\//, ''), text]));
  if (process.env['UPDATE_GOLDEN'] === '1') rewrite(kind, found);

  it('are all kept beside this spec (UPDATE_GOLDEN=1 writes them)', () => {
    expect(keptFiles(kind)).toEqual([...found.keys()].sort());
  });

  it.each([...found.keys()])('%s', (path) => {
    expect(found.get(path)).toBe(readFileSync(join(golden, path), 'utf8'));
  });
});

/** The pages of all sites and servers are alike: those of one are enough to look at. */
function isKept(path: string): boolean {
  return !path.includes('/pages/') || /^hosting\/nginx\/pages\/(acme|_unknown)\//.test(path);
}

/** One of each: plain and encrypted, exact and wildcard, two sites, a site of its own process, a port, one suspended. */
function planOf(kind: HostingPlan['edge']['kind']): HostingPlan {
  const home = '/srv/app';
  const tls = { certificate: '/etc/ssl/liberty.crt', key: '/etc/ssl/private/liberty.key' };
  return edgePlan({
    home,
    edge: {
      kind,
      httpPort: 80,
      httpsPort: 443,
      trustedProxies: ['10.0.0.0/8'],
      sendsFiles: true,
      fallback: { host: '127.0.0.1', port: 8080 },
      ...(kind === 'caddy' ? { onDemandTls: 'public' } : {}),
    },
    units: [
      edgeUnit(home, 'acme'),
      edgeUnit(home, 'liberty'),
      edgeUnit(home, 'liberty.kids'),
      edgeUnit(home, 'zed', { listen: { host: '127.0.0.1', port: 3001 }, isSuspended: true }),
    ],
    vhosts: [
      edgeVhost(home, { tenant: 'acme', hosts: ['acme.test', '.acme.example.app'] }),
      edgeVhost(home, { tenant: 'liberty', hosts: ['liberty.test', '.example.app'], title: 'Liberty', tls }),
      edgeVhost(home, {
        tenant: 'liberty',
        site: 'kids',
        unit: 'liberty.kids',
        hosts: ['kids.liberty.test'],
      }),
      edgeVhost(home, { tenant: 'zed', hosts: ['zed.test'], title: 'Zed', isSuspended: true }),
    ],
  });
}

function keptFiles(kind: string): string[] {
  const folder = join(golden, kind);
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(golden.length + 1))
    .sort();
}

function rewrite(kind: string, files: ReadonlyMap<string, string>): void {
  rmSync(join(golden, kind), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(golden, path)), { recursive: true });
    writeFileSync(join(golden, path), text);
  }
}
