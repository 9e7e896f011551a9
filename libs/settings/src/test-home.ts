import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defineApplication, type Section } from './application.js';
import { TenantryError } from './errors.js';
import { openHome } from './home/home.js';
import type { Env, Home } from './home/types.js';
import type { Fleet, LoadedSettings, SettingsLoader } from './layers/types.js';
import { createSettingsLoader } from './loader.js';
import { parseTenantName } from './tenant-name.js';

export interface TestHomeOptions {
  readonly env?: Env;
  readonly sections?: readonly Section[];
  readonly nodeEnv?: string;
}

/** A home in a temporary folder, for the tests of this lib; its own `config/` is the base. */
export class TestHome {
  readonly dir = mkdtempSync(join(tmpdir(), 'settings-test-'));

  constructor(files: Readonly<Record<string, string | Buffer>> = {}) {
    this.write({ 'tenantry.yaml': '{}\n', 'config/default.yaml': minimalBase, ...files });
    mkdirSync(join(this.dir, 'tenants'), { recursive: true });
  }

  /** Files by path below the home; those called secrets.yaml get mode 0600. */
  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.dir, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      if (name.endsWith('secrets.yaml')) chmodSync(path, 0o600);
    }
  }

  open(env: Env = {}): Home {
    return openHome(this.dir, env);
  }

  loader({ env = {}, sections = [], nodeEnv }: TestHomeOptions = {}): SettingsLoader {
    const application = defineApplication({ name: 'web', sections, migrations: [] });
    return createSettingsLoader({ home: this.open(), releaseDir: this.dir, application, env, nodeEnv });
  }

  load(tenant = 'acme', options: TestHomeOptions = {}): LoadedSettings {
    return this.loader(options).load(parseTenantName(tenant));
  }

  fleet(options: TestHomeOptions = {}): Fleet {
    return this.loader(options).loadFleet();
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The error that `act` throws; anything else is a failed test. */
export function errorOf(act: () => unknown): TenantryError {
  try {
    act();
  } catch (error) {
    if (error instanceof TenantryError) return error;
    throw error;
  }
  throw new TypeError('expected an error, but it worked');
}

/** Base settings with every required key, short enough to know by heart. */
const minimalBase = `app: web
hosts: []
site: { title: Base, locale: en, rootRoute: / }
theme:
  colors: { primary: '#000001', accent: '#000002', background: '#000003', surface: '#000004', text: '#000005' }
  font: sans
database: { pool: { max: 5, idleTimeout: 30s, connectionTimeout: 10s }, statementTimeout: 30s }
media: { quota: 1GB }
upload: { limit: 10MB }
http: { host: 127.0.0.1, bodyLimit: 1MB }
process: { workers: 1, memory: 128MB, idleStop: 0, startOn: boot, startTimeout: 30s, drainTimeout: 10s }
log: { level: info }
features: {}
modules: {}
ring: main
limits: {}
trustedProxies: [10.0.0.0/8]
`;
