import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HostingPlan, VhostPlan } from '../../plan.js';
import { edgePlan, edgeVhost } from '../../testing/edge-plan.js';
import { makeCertificate, type TestCertificate } from '../../testing/test-certificate.js';
import { requireCertificates } from './certificates.js';

const day = 24 * 3600 * 1000;

describe('given certificates', () => {
  let folder: string;
  let good: TestCertificate;
  let other: TestCertificate;
  const now = new Date();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'certificates-'));
    good = makeCertificate(folder, ['acme.test']);
    other = makeCertificate(folder, ['liberty.test']);
    writeFileSync(join(folder, 'text'), 'no certificate');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const checkTls = (tls: VhostPlan['tls'], at = now): void => requireCertificates(planOf(tls), at);

  it('pass when key and dates fit, and where there is none', () => {
    expect(() => checkTls(good)).not.toThrow();
    expect(() => checkTls(undefined)).not.toThrow();
  });

  it('are named with their tenant when one is missing', () => {
    const certificate = join(folder, 'gone.crt');
    expect(() => checkTls({ ...good, certificate })).toThrow(
      `acme: ${certificate}: expected a certificate, found no such file.`,
    );
    const key = join(folder, 'gone.key');
    expect(() => checkTls({ ...good, key })).toThrow(
      `acme: ${key}: expected a private key, found no such file.`,
    );
  });

  it('are refused when they are something else', () => {
    const text = join(folder, 'text');
    expect(() => checkTls({ ...good, certificate: text })).toThrow(
      'expected a certificate, found something else.',
    );
    expect(() => checkTls({ ...good, key: text })).toThrow('expected a private key, found something else.');
  });

  it('are refused with the key of another', () => {
    expect(() => checkTls({ ...good, key: other.key })).toThrow(
      `acme: ${other.key}: is not the key of ${good.certificate}.`,
    );
  });

  it('are refused when they have expired', () => {
    expect(() => checkTls(good, new Date(now.getTime() + 31 * day))).toThrow(
      /^acme: .*acme\.test\.crt: expired on \d{4}-/,
    );
  });
});

function planOf(tls: VhostPlan['tls']): HostingPlan {
  const home = '/srv/app';
  return edgePlan({ home, vhosts: [edgeVhost(home, { tenant: 'acme', hosts: ['acme.test'], tls })] });
}
