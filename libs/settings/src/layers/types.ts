import type { Application, Section, SectionValue } from '../application.js';
import type { TenantryError } from '../errors.js';
import type { Env, TenantHome } from '../home/types.js';
import type { Frozen, Settings } from '../schema/core.js';
import type { TenantName } from '../tenant-name.js';

/** Where a value was set. */
export interface Source {
  /** As the operator would type it: `tenants/acme/settings.yaml`, or `environment variable TENANTRY__…`. */
  readonly file: string;
  /** 1-based; undefined for what has no lines. */
  readonly line: number | undefined;
}

export type LayerKind = 'base' | 'environment-base' | 'profile' | 'overlay' | 'secrets' | 'environment';

/** One layer that took part, lowest first. */
export interface Layer {
  readonly kind: LayerKind;
  readonly file: string;
}

export type Operator = 'set' | '$append' | '$prepend' | '$remove' | '$unset' | '$env' | '$file';

/** One layer's say about a key, for `settings explain`; secrets are `Secret`. */
export interface Touch extends Source {
  readonly kind: LayerKind;
  readonly operator: Operator;
  readonly value: unknown;
}

export interface LoadedSettings {
  readonly tenant: TenantName;
  /** The application whose schema the settings have. */
  readonly application: Application;
  /** Deep-frozen. */
  readonly settings: Settings;
  readonly layers: readonly Layer[];
  /** Where the value of `http.port` comes from; undefined for what no layer set (derived from the tenant's name). */
  source(keyPath: string): Source | undefined;
  /** Names of the environment variables that the tenant's layers read by `$env`: its process needs them, and no others. */
  readonly variables: readonly string[];
  /** Every layer that touched the key, the winner last. */
  explain(keyPath: string): readonly Touch[];
  /** The value of `http.port`, fit to be printed: whatever is secret is a `Secret`. Undefined where nothing is set. */
  value(keyPath: string): unknown;
  /** A feature module's own section, typed. */
  section<S extends Section>(section: S): Frozen<SectionValue<S>>;
}

export interface LoaderOptions {
  readonly home: TenantHome;
  /** The release whose `config/` is the base. */
  readonly releaseDir: string;
  /** The application, or all that the release holds; the tenant's `app` picks one. */
  readonly application: Application | readonly Application[];
  readonly env: Env;
  /** Names `config/<nodeEnv>.yaml`, which may be absent; undefined for none. */
  readonly nodeEnv: string | undefined;
  /** Asked for each tenant: where it runs another release, that one's base settings and applications. */
  readonly releaseOf?:
    ((tenant: TenantName, pin: Pin | undefined) => ReleaseSettings | undefined) | undefined;
}

/** The release that a tenant's layers name by `release:`, and where. */
export interface Pin extends Source {
  readonly id: string;
}

export type ReleaseSettings = Pick<LoaderOptions, 'releaseDir' | 'application'>;

/** Reads the base layers once, then any number of tenants. Make a new one to see changed base settings or profiles. */
export interface SettingsLoader {
  /** With `overlay`, as if the tenant's settings.yaml had that text: so a change is judged before it is written. */
  load(tenant: TenantName, overlay?: string): LoadedSettings;
  /** The application that the tenant names; its settings may be wrong in any other respect. */
  applicationOf(tenant: TenantName, overlay?: string): Application;
  /** All tenants of the home; one that cannot be loaded stops no other. */
  loadFleet(): Fleet;
}

export interface Fleet {
  readonly loaded: ReadonlyMap<TenantName, LoadedSettings>;
  readonly broken: ReadonlyMap<TenantName, TenantryError>;
}
