import type { Application, Section, SectionValue } from '../application.js';
import type { Frozen, Settings } from '../schema/core.js';
import { Secret } from '../secret.js';
import type { TenantName } from '../tenant-name.js';
import { settingsSchema } from '../schema/compose.js';
import { closeSecrets, schemaAt } from './close-secrets.js';
import { explainKey } from './explain.js';
import { locate, type Node } from './merge.js';
import type { Patch } from './patch.js';
import type { Layer, LoadedSettings, Source, Touch } from './types.js';

/** A layer that was checked and is ready to be merged. */
export interface PreparedLayer {
  readonly layer: Layer;
  readonly patch: Patch;
  /** Environment variables that its `$env` read. */
  readonly variables: ReadonlySet<string>;
}

/** What each layer says, lowest first, and what that comes to. */
export interface Merge {
  readonly layers: readonly PreparedLayer[];
  readonly root: Node | undefined;
}

/**
 * The result of loading. Where values come from is several times as large as the values, and seldom asked for: it is
 * merged again then, from the same texts, so that the settings of a large fleet fit into little memory.
 */
export class TenantSettings implements LoadedSettings {
  readonly tenant: TenantName;
  readonly application: Application;
  readonly settings: Settings;
  readonly layers: readonly Layer[];
  readonly variables: readonly string[];
  readonly #mergeAgain: () => Merge;
  #merged: Merge | undefined;

  constructor(input: {
    readonly tenant: TenantName;
    readonly application: Application;
    readonly settings: Settings;
    readonly layers: readonly PreparedLayer[];
    readonly mergeAgain: () => Merge;
  }) {
    this.tenant = input.tenant;
    this.application = input.application;
    this.settings = deepFreeze(input.settings);
    this.layers = Object.freeze(input.layers.map(({ layer }) => layer));
    this.variables = variablesOf(input.layers);
    this.#mergeAgain = input.mergeAgain;
  }

  source(keyPath: string): Source | undefined {
    const found = locate(this.#merge().root, keyPath.split('.'));
    return found?.isExact === true ? found.source : undefined;
  }

  explain(keyPath: string): readonly Touch[] {
    return explainKey(this.#merge().layers, keyPath.split('.'), settingsSchema(this.application));
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

  #merge(): Merge {
    return (this.#merged ??= this.#mergeAgain());
  }
}

const none: readonly string[] = Object.freeze([]);

function variablesOf(layers: readonly PreparedLayer[]): readonly string[] {
  const names = new Set(layers.flatMap(({ variables }) => [...variables]));
  return names.size === 0 ? none : Object.freeze([...names].sort());
}

/** Freezes plain data at every level. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret || Object.isFrozen(value))
    return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
