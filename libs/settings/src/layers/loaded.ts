import type { Application, Section, SectionValue } from '../application.js';
import type { Frozen, Settings } from '../schema/core.js';
import { Secret } from '../secret.js';
import type { TenantName } from '../tenant-name.js';
import { settingsSchema } from '../schema/compose.js';
import { closeSecrets, schemaAt } from './close-secrets.js';
import { explainKey } from './explain.js';
import { locate, type Node } from './merge.js';
import type { Patch } from './patch.js';
import type { Layer, LayerKind, LoadedSettings, Source, Touch } from './types.js';

/** A layer that was checked and is ready to be merged. */
export interface PreparedLayer {
  readonly kind: LayerKind;
  readonly file: string;
  readonly patch: Patch;
  /** Environment variables that its `$env` read. */
  readonly variables: ReadonlySet<string>;
}

/** The result of loading; where values come from is worked out when asked, so that loading stays fast. */
export class TenantSettings implements LoadedSettings {
  readonly tenant: TenantName;
  readonly application: Application;
  readonly settings: Settings;
  readonly layers: readonly Layer[];
  readonly variables: readonly string[];
  readonly #prepared: readonly PreparedLayer[];
  readonly #root: Node | undefined;

  constructor(input: {
    readonly tenant: TenantName;
    readonly application: Application;
    readonly settings: Settings;
    readonly layers: readonly PreparedLayer[];
    readonly root: Node | undefined;
  }) {
    this.tenant = input.tenant;
    this.application = input.application;
    this.settings = deepFreeze(input.settings);
    this.layers = Object.freeze(input.layers.map(({ kind, file }) => Object.freeze({ kind, file })));
    this.variables = Object.freeze(
      [...new Set(input.layers.flatMap((layer) => [...layer.variables]))].sort(),
    );
    this.#prepared = input.layers;
    this.#root = input.root;
  }

  source(keyPath: string): Source | undefined {
    const found = locate(this.#root, keyPath.split('.'));
    return found?.isExact === true ? found.source : undefined;
  }

  explain(keyPath: string): readonly Touch[] {
    return explainKey(this.#prepared, keyPath.split('.'), settingsSchema(this.application));
  }

  value(keyPath: string): unknown {
    const path = keyPath.split('.');
    let value: unknown = this.settings;
    for (const part of path) {
      const holder: object = typeof value === 'object' && value !== null ? value : {};
      value = Object.hasOwn(holder, part) ? (holder as Record<string, unknown>)[part] : undefined;
    }
    return closeSecrets(value, schemaAt(settingsSchema(this.application), path));
  }

  section<S extends Section>(section: S): Frozen<SectionValue<S>> {
    const sections: Readonly<Record<string, unknown>> = this.settings;
    return sections[section.key] as Frozen<SectionValue<S>>;
  }
}

/** Freezes plain data at every level. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret || Object.isFrozen(value))
    return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
