import { mkdirSync } from 'node:fs';
import { type Fault, acme, changed, mode } from './fault.js';

export const files: readonly Fault[] = [
  mode({ id: 'home-secrets-readable' }, 'secrets.yaml'),
  mode({ id: 'secrets-readable', ...acme }, 'tenants/acme/secrets.yaml'),
  mode({ id: 'media-readable', ...acme }, 'tenants/acme/media/private'),
  changed({ id: 'home-broken' }, 'tenantry.yaml', (text) => `${text}\ncolour: blue\n`),
  changed(
    { id: 'settings-broken', ...acme },
    'tenants/acme/settings.yaml',
    (text) => `${text}\ncolour: blue\n`,
  ),
  changed(
    { id: 'release-missing', ...acme },
    'tenants/acme/settings.yaml',
    (text) => `${text}\nrelease: 9.9.9\n`,
  ),
  changed({ id: 'claimed-twice', ...acme, with: ['claimed-twice'] }, 'tenants/acme/settings.yaml', (text) =>
    text.replace('acme.localhost', 'zed.localhost'),
  ),
  changed(
    { id: 'database-shared', ...acme, with: ['database-elsewhere'] },
    'tenants/acme/settings.yaml',
    (text) => `${text}\ndatabase: { name: tenant_zed }\n`,
  ),
  {
    ...{ id: 'folder-orphan', tenant: 'ghost' },
    plant: (home) => void mkdirSync(home.path('tenants/ghost/media'), { recursive: true }),
    undo: (home) => home.removeFile('tenants/ghost'),
  },
  {
    ...{ id: 'folder-ignored' },
    plant: (home) => mkdirSync(home.path('tenants/New_Customer')),
    undo: (home) => home.removeFile('tenants/New_Customer'),
  },
  changed({ id: 'rotation-unfinished', ...acme }, 'tenants/acme/secrets.yaml', (text) =>
    text.replace(/^( +)runtimePassword: .*/m, '$&\n$1runtimePasswordNext: the-next-one'),
  ),
  {
    ...{ id: 'tenant-not-created', tenant: 'fresh' },
    plant: (home) => home.write('tenants/fresh/settings.yaml', 'hosts: [fresh.localhost]\n'),
    undo: (home) => home.removeFile('tenants/fresh'),
  },
  {
    ...{ id: 'media-missing', ...acme },
    plant: (home) => home.move('tenants/acme/media', 'tenants/acme/elsewhere'),
    undo: (home) => home.move('tenants/acme/elsewhere', 'tenants/acme/media'),
  },
  changed({ id: 'media-stamp-wrong', ...acme }, 'tenants/acme/media/.tenant', (text) =>
    text.replace('acme', 'zed'),
  ),
  {
    ...{ id: 'hosting-differs' },
    plant: async (home) => {
      await home.done('hosting', 'apply');
      home.write('scripts/tenants/start-acme', `${home.read('scripts/tenants/start-acme')}\n# by hand\n`);
    },
    undo: (home) => home.removeFile('scripts'),
  },
];
