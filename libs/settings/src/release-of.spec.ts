import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type Application, defineApplication, defineSection } from './application.js';
import type { LoaderOptions, Pin, SettingsLoader } from './layers/types.js';
import { createSettingsLoader } from './loader.js';
import { parseTenantName } from './tenant-name.js';
import { errorOf, TestHome } from './test-home.js';

const billing = defineSection('billing', z.strictObject({ plan: z.string() }));
const older: Application = defineApplication({ name: 'web', sections: [billing], migrations: [] });
const newer: Application = defineApplication({ name: 'web', sections: [], migrations: [] });

describe('settings of tenants in several releases', () => {
  let home: TestHome;
  let asked: [string, Pin | undefined][];

  beforeEach(() => {
    home = new TestHome({
      'tenants/acme/settings.yaml': 'hosts: [acme.test]\nrelease: 1.0.0\nbilling: { plan: gold }\n',
      'tenants/liberty/settings.yaml': 'hosts: [liberty.test]\n',
      'tenants/zed/settings.yaml': 'hosts: [zed.test]\nextends: [slow]\nbilling: { plan: tin }\n',
      'tenants/_profiles/slow.yaml': 'release: 1.0.0\n',
    });
    asked = [];
  });

  afterEach(() => home.remove());

  function loader(env: LoaderOptions['env'] = {}): SettingsLoader {
    return createSettingsLoader({
      ...{ home: home.open(), releaseDir: home.dir, application: newer, env, nodeEnv: undefined },
      releaseOf: (tenant, pin) => {
        asked.push([tenant, pin]);
        return pin === undefined ? undefined : { releaseDir: home.dir, application: older };
      },
    });
  }

  it('have the schema of the release that their tenant is pinned to, also by a profile', () => {
    const { loaded, broken } = loader().loadFleet();
    expect([...broken]).toEqual([]);
    expect([...loaded.values()].map(({ tenant, application }) => [tenant, application])).toEqual([
      ['acme', older],
      ['liberty', newer],
      ['zed', older],
    ]);
    expect(asked.map(([, pin]) => pin)).toEqual([
      { id: '1.0.0', file: 'tenants/acme/settings.yaml', line: 2 },
      undefined,
      { id: '1.0.0', file: 'tenants/_profiles/slow.yaml', line: 1 },
    ]);
  });

  it('are judged by the release that a changed overlay would pin the tenant to', () => {
    const acme = parseTenantName('acme');
    const free = 'hosts: [acme.test]\nbilling: { plan: gold }\n';
    expect(errorOf(() => loader().load(acme, free)).message).toMatch(/:2: billing: unknown key/);
  });

  it('are pinned by the environment, too', () => {
    loader({ TENANTRY__RELEASE: '1.0.0' }).applicationOf(parseTenantName('liberty'));
    expect(asked).toEqual([
      ['liberty', { id: '1.0.0', file: 'environment variable TENANTRY__RELEASE', line: undefined }],
    ]);
  });

  it('leave a pin that is no release id to the schema', () => {
    home.write({ 'tenants/acme/settings.yaml': 'hosts: [acme.test]\nrelease: ../1.0.0\n' });
    expect(errorOf(() => loader().load(parseTenantName('acme'))).message).toMatch(
      /settings.yaml:2: release: expected a release id/,
    );
    expect(asked).toEqual([['acme', undefined]]);
  });
});
