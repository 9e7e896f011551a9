import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { homePaths } from '#libs/settings';
import { fleetSignature } from './fleet-signature.js';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signature-'));
  for (const folder of ['release/config', 'tenants/acme', 'tenants/_profiles', 'state/held']) {
    mkdirSync(join(dir, folder), { recursive: true });
  }
  write('tenantry.yaml', '{}');
  write('tenants/acme/settings.yaml', 'hosts: [acme.localhost]');
});

afterEach(() => rmSync(dir, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(dir, file), text);
}

/** As it is so long after now. */
function signatureIn(ms: number): string | undefined {
  return fleetSignature({
    home: { paths: homePaths(dir) } as Parameters<typeof fleetSignature>[0]['home'],
    currentRelease: () => ({ id: 'one', dir: join(dir, 'release'), kind: 'built' }),
    now: () => new Date(Date.now() + ms),
  });
}

describe('the signature of a fleet', () => {
  it('stays while no file changes', () => {
    expect(signatureIn(1_000)).toBeDefined();
    expect(signatureIn(60_000)).toBe(signatureIn(1_000));
  });

  it.each([
    'tenantry.yaml',
    'release/config/default.yaml',
    'tenants/_profiles/pro.yaml',
    'tenants/acme/settings.yaml',
    'tenants/acme/secrets.yaml',
    'state/held/acme.json',
  ])('changes with %s', (file) => {
    const before = signatureIn(1_000);
    write(file, 'hosts: [acme.localhost, also.localhost]');
    expect(statSync(join(dir, file)).size).toBeGreaterThan(0);
    expect(signatureIn(1_000)).not.toBe(before);
  });

  it('changes with a tenant more', () => {
    const before = signatureIn(1_000);
    mkdirSync(join(dir, 'tenants/zed'));
    expect(signatureIn(1_000)).not.toBe(before);
  });

  it('is none right after a change, behind which another could hide', () => {
    expect(signatureIn(0)).toBeUndefined();
  });
});
