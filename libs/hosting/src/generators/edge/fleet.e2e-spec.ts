import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HostingPlan } from '../../plan.js';
import { edgePlan, edgeUnit, edgeVhost } from '../../testing/edge-plan.js';
import { check, isInstalled, testedKinds, writeFiles } from '../../testing/private-edge.js';
import { makeCertificate, type TestCertificate } from '../../testing/test-certificate.js';
import { generatorOf } from './generator-of.js';

const tenants = 200;
const mainFiles = {
  nginx: 'hosting/nginx/conf.d/tenant-7.conf',
  apache: 'hosting/apache/sites/tenant-7.conf',
  caddy: 'hosting/caddy/sites/tenant-7.caddy',
};

describe.each(testedKinds)('the checker of %s', (kind) => {
  const itHere = isInstalled(kind) ? it : it.skip;
  let home: string;
  let certificate: TestCertificate;

  beforeAll(() => {
    home = join(mkdtempSync(join(tmpdir(), `fleet ${kind}-`)), 'home');
    mkdirSync(join(home, 'run/log'), { recursive: true });
    certificate = makeCertificate(join(home, 'certificates'), ['tenant.test']);
  });
  afterAll(() => rmSync(join(home, '..'), { recursive: true, force: true }));

  itHere(`takes ${tenants} tenants with sites, wildcards and certificates without a complaint`, async () => {
    const plan = fleet(kind, home, certificate);
    writeFiles(home, generatorOf(kind)?.generate(plan) ?? []);
    const { isFine, text } = await check(kind, home);
    expect([isFine, complaints(text)]).toEqual([true, []]);
  });

  itHere('stops at a template that is broken', async () => {
    writeFiles(home, generatorOf(kind)?.generate(fleet(kind, home, certificate)) ?? []);
    writeFileSync(join(home, mainFiles[kind]), 'server { listen }\n');
    const { isFine, text } = await check(kind, home);
    expect([isFine, text]).toEqual([false, expect.stringMatching(/tenant-7|sites/)]);
  });

  itHere('writes the same bytes for the same plan', () => {
    const generate = () => generatorOf(kind)?.generate(fleet(kind, home, certificate));
    expect(generate()).toEqual(generate());
  });
});

function fleet(kind: HostingPlan['edge']['kind'], home: string, tls: TestCertificate): HostingPlan {
  const numbers = Array.from({ length: tenants }, (_each, index) => index);
  return edgePlan({
    home,
    operator: { user: 'www-data', group: 'www-data' },
    edge: {
      kind,
      httpPort: 18_080,
      httpsPort: 18_443,
      addresses: ['127.0.0.1'],
      trustedProxies: ['10.0.0.0/8', '2001:db8::/32'],
    },
    units: numbers.map((number) =>
      edgeUnit(
        home,
        `tenant-${number}`,
        number % 5 === 0 ? { listen: { host: '127.0.0.1', port: 20_000 + number } } : {},
      ),
    ),
    vhosts: numbers.flatMap((number) => vhostsOf(home, number, tls)),
  });
}

function vhostsOf(home: string, number: number, tls: TestCertificate) {
  const tenant = `tenant-${number}`;
  const own = edgeVhost(home, {
    tenant,
    hosts: [`${tenant}.a-rather-long-name-of-a-customer.example.app`, `.${tenant}.example.app`],
    tls: number % 3 === 0 ? tls : undefined,
    isSuspended: number % 17 === 0,
  });
  const site = { tenant, site: 'kids', unit: tenant, hosts: [`kids.${tenant}.example.app`] };
  return number % 7 === 0 ? [own, edgeVhost(home, site)] : [own];
}

/** Caddy's advice about its own style, and warnings about a certificate that nobody signed, are none. */
function complaints(text: string): string[] {
  const lines = text.split('\n').filter((line) => /warn|error|emerg|AH\d+/i.test(line));
  return lines.filter(
    (line) =>
      !/caddy fmt|is a CA certificate|does NOT include an ID|automatic HTTPS is completely disabled|certificate.*does not match/i.test(
        line,
      ),
  );
}
