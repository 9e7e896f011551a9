import { readBase, type BaseLayer } from './layers/base.js';
import { displayPath, readLayerFile, type ReadOptions } from './layers/read-layer.js';
import { ApplicationLayers } from './layers/application-layers.js';
import { Profiles } from './layers/profiles.js';
import { credentialRoots } from './layers/value-reader.js';
import type { Application } from './application.js';
import { TenantryError } from './errors.js';
import { describeFound } from './files/entry.js';
import { failWith, InvalidSettings } from './files/problem.js';
import { realLocation } from './files/real-location.js';
import type {
  Fleet,
  LoadedSettings,
  LoaderOptions,
  ReleaseSettings,
  SettingsLoader,
} from './layers/types.js';
import {
  findApplicationName,
  findPin,
  readOwnFiles,
  type ApplicationName,
  type OwnFiles,
  type Surroundings,
} from './layers/own-files.js';
import { listTenantNames } from './registry.js';
import type { TenantName } from './tenant-name.js';
import { join } from 'node:path';
import { nearest } from './nearest.js';

/** Reads and checks the base layers; the loader then loads tenants in about a millisecond each. */
export function createSettingsLoader(options: LoaderOptions): SettingsLoader {
  return new Loader(options);
}

/** One tenant's settings, for a process that serves only this tenant. */
export function loadTenantSettings(options: LoaderOptions & { readonly tenant: TenantName }): LoadedSettings {
  return createSettingsLoader(options).load(options.tenant);
}

/** All tenants' settings; one broken overlay stops no other. */
export function loadFleet(options: LoaderOptions): Fleet {
  return createSettingsLoader(options).loadFleet();
}

class Loader implements SettingsLoader {
  readonly #options: LoaderOptions;
  readonly #applications: readonly Application[];
  readonly #base: readonly BaseLayer[];
  readonly #surroundings: Surroundings;
  readonly #elsewhere = new Map<string, Loader>();
  readonly #prepared = new Map<Application, ApplicationLayers>();

  constructor(options: LoaderOptions) {
    const { home, tenants } = options.home.paths;
    const read = (path: string, how?: ReadOptions) => readLayerFile(home, path, how);
    this.#options = options;
    this.#applications = [options.application].flat();
    this.#base = readBase(options.releaseDir, options.nodeEnv, read);
    const profiles = new Profiles(join(tenants, '_profiles'), (path) => {
      const found = read(path);
      return found ?? failWith({ file: displayPath(home, path), text: 'cannot be read: no such file' });
    });
    this.#surroundings = {
      ...{ home, profiles, credentials: credentialRoots(options.env) },
      tenants: { path: tenants, real: realLocation(tenants) },
    };
    for (const application of this.#applications) this.#layersOf(application);
  }

  load(tenant: TenantName, overlay?: string): LoadedSettings {
    return naming(tenant, () => {
      const { own, loader, application } = this.#read(tenant, overlay);
      return loader.#layersOf(application).load(tenant, own);
    });
  }

  applicationOf(tenant: TenantName, overlay?: string): Application {
    return naming(tenant, () => this.#read(tenant, overlay).application);
  }

  loadFleet(): Fleet {
    const loaded = new Map<TenantName, LoadedSettings>();
    const broken = new Map<TenantName, TenantryError>();
    for (const tenant of listTenantNames(this.#options.home.paths)) {
      try {
        loaded.set(tenant, this.load(tenant));
      } catch (error) {
        broken.set(tenant, this.#asBroken(error, tenant));
      }
    }
    return { loaded, broken };
  }

  #read(tenant: TenantName, overlay: string | undefined): Read {
    const own = readOwnFiles({ tenant, overlay }, this.#surroundings);
    const { env, releaseOf } = this.#options;
    const elsewhere = releaseOf?.(tenant, findPin(own, env));
    const loader = elsewhere === undefined ? this : this.#loaderOf(elsewhere);
    return { own, loader, application: loader.#pick(findApplicationName(own, loader.#base, env)) };
  }

  #loaderOf(release: ReleaseSettings): Loader {
    const known = this.#elsewhere.get(release.releaseDir);
    if (known !== undefined) return known;
    const loader = new Loader({ ...this.#options, ...release, releaseOf: undefined });
    this.#elsewhere.set(release.releaseDir, loader);
    return loader;
  }

  #pick({ name, ...source }: ApplicationName): Application {
    const found = this.#applications.find((application) => application.name === name);
    if (found !== undefined) return found;
    const names = this.#applications.map((application) => application.name);
    const near = typeof name === 'string' ? nearest(name, names) : undefined;
    const known = names.map((one) => `"${one}"`).join(' or ');
    const text = `expected ${known}, found ${describeFound(name)}`;
    return failWith({
      ...source,
      key: 'app',
      text: near === undefined ? text : `${text}. Did you mean "${near}"?`,
    });
  }

  #layersOf(application: Application): ApplicationLayers {
    const known = this.#prepared.get(application);
    if (known !== undefined) return known;
    const layers = new ApplicationLayers(application, this.#options, this.#base);
    this.#prepared.set(application, layers);
    return layers;
  }

  /** Even a bug that one overlay brings out must leave the other tenants alone. */
  #asBroken(error: unknown, tenant: TenantName): TenantryError {
    if (error instanceof TenantryError) return error;
    const file = `tenants/${tenant}/settings.yaml`;
    return new InvalidSettings([{ file, text: 'could not be loaded because of a bug' }], {
      tenant,
      cause: error,
    });
  }
}

/** A tenant's files, and who knows the schema that they have. */
interface Read {
  readonly own: OwnFiles;
  readonly loader: Loader;
  readonly application: Application;
}

/** Problems that come up in `work` are said of the tenant. */
function naming<Result>(tenant: TenantName, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof InvalidSettings ? error.of(tenant) : error;
  }
}
