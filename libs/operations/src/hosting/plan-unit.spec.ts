import { describe, expect, it } from '@jest/globals';
import { homePaths, type LoadedSettings } from '#libs/settings';
import { planUnits, type UnitSurroundings } from './plan-unit.js';

const paths = homePaths('/srv/app');
const operator = { user: 'deploy', group: 'deploy' };

function networkBehind(server: object): unknown {
  const home = {
    paths,
    host: { postgres: { servers: { main: server } }, hosting: { systemd: { addresses: [] } } },
  };
  const release = { id: '1.0.0', dir: '/srv/app/releases/1.0.0', kind: 'built' };
  const around = {
    dependencies: { home, env: {}, currentRelease: () => release },
    ...{ plan: { operator, hasOwnUsers: false }, accounts: {}, edgeGroup: 'www-data' },
  } as unknown as UnitSurroundings;
  const settings = {
    ...{ app: 'web', http: {}, sites: {}, media: { root: '/srv/app/tenants/acme/media' } },
    ...{ database: { server: 'main' }, process: { memory: 1 } },
  };
  const [unit] = planUnits(around, { tenant: 'acme', settings } as unknown as LoadedSettings);
  return unit?.network;
}

describe('the network of a unit', () => {
  it('is what leads to its Postgres', () => {
    expect(networkBehind({ host: '/var/run/postgresql' })).toEqual({ kind: 'unix' });
    expect(networkBehind({ host: '10.0.0.5' })).toEqual({ kind: 'addresses', addresses: ['10.0.0.5'] });
    expect(networkBehind({ host: 'db1.internal' })).toEqual({ kind: 'any' });
  });

  it('is what leads to the pooler where there is one: a process never goes to the server itself', () => {
    const behind = (host: string): unknown => networkBehind({ host: '10.0.0.5', pooler: { host } });
    expect(behind('10.0.0.9')).toEqual({ kind: 'addresses', addresses: ['10.0.0.9'] });
    expect(behind('127.0.0.1')).toEqual({ kind: 'addresses', addresses: [] });
    expect(behind('/run/pgbouncer')).toEqual({ kind: 'unix' });
  });
});
