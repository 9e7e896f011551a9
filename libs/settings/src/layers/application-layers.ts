import { join } from 'node:path';
import type { Application } from '../application.js';
import { throwProblems } from '../files/problem.js';
import { hostKeys } from '../schema/host-schema.js';
import { settingsSchema } from '../schema/compose.js';
import type { Settings } from '../schema/core.js';
import { revalidate, type Accepted } from '../schema/revalidate.js';
import { fillMappings, isRecord, validate, type Locate } from '../schema/validate.js';
import type { TenantName } from '../tenant-name.js';
import type { BaseLayer } from './base.js';
import { checkTenant, realFolders, resolvePaths, type RealFolders } from './check-tenant.js';
import { addDerived } from './derived.js';
import { inheritSections } from './site-sections.js';
import { readEnvironment } from './environment.js';
import { TenantSettings, type Merge, type PreparedLayer } from './loaded.js';
import { locate, merge, nodeToPlain, plainNodes, type Node, type PlainNodes } from './merge.js';
import { parseTexts, textsOf, type OwnFiles, type OwnTexts } from './own-files.js';
import { prepareLayer, type KeyRules, type RawLayer } from './prepare.js';
import type { Profile } from './profiles.js';
import type { LoadedSettings, LoaderOptions } from './types.js';
import { credentialRoots, ValueReader } from './value-reader.js';

/** The schema of one application with its base layers merged, ready for any number of tenants. */
export class ApplicationLayers {
  readonly #application: Application;
  readonly #options: LoaderOptions;
  readonly #rules: KeyRules & { readonly schema: ReturnType<typeof settingsSchema> };
  readonly #base: Merged;
  readonly #environment: readonly PreparedLayer[];
  readonly #real: RealFolders;
  readonly #roots: readonly string[];
  /** The first tenant's, which the other tenants' are compared with. */
  #accepted: Accepted | undefined;

  constructor(application: Application, options: LoaderOptions, base: readonly BaseLayer[]) {
    this.#application = application;
    this.#options = options;
    this.#real = realFolders(options.home);
    this.#roots = [...options.home.host.secretRoots, ...credentialRoots(options.env)];
    this.#rules = { schema: settingsSchema(application), hostKeys };
    const values = this.#valuesIn(join(options.releaseDir, 'config'));
    const layers = base.map((layer) => this.#prepare({ ...layer, values }));
    this.#base = mergedOf(undefined, layers);
    this.#environment = readEnvironment(options.env, this.#rules, values).map((variable) => ({
      layer: Object.freeze({ kind: 'environment', file: variable.file }),
      patch: variable.patch,
      variables: values.variables,
    }));
  }

  load(tenant: TenantName, own: OwnFiles): LoadedSettings {
    const base = own.profiles.reduce((below, profile) => this.#withProfile(below, profile), this.#base);
    const values = this.#valuesIn(own.folder.path);
    const { root, layers } = this.#mergeOwn(base, own, values);
    const settings = this.#validate({ tenant, root, own, plain: nodeToPlain(root, base.plain) });
    const mergeAgain = this.#mergingAgain(base, textsOf(own), values);
    return new TenantSettings({ tenant, application: this.#application, settings, layers, mergeAgain });
  }

  #mergeOwn(base: Merged, own: Pick<OwnFiles, 'overlay' | 'secrets'>, values: ValueReader): Merge {
    const upper = [...this.#own(own, values), ...this.#environment];
    return { layers: [...base.layers, ...upper], root: mergeAll(base.root, upper) };
  }

  /** A function that holds on to nothing else. */
  #mergingAgain(base: Merged, texts: OwnTexts, values: ValueReader): () => Merge {
    return () => this.#mergeOwn(base, parseTexts(texts), values);
  }

  #validate({ tenant, root, own, plain }: ToValidate): Settings {
    const { home } = this.#options;
    const whole = inheritSections(isRecord(plain) ? plain : {}, this.#application.sections);
    const input = addDerived(whole, {
      tenant,
      paths: home.paths,
      server: home.host.postgres.default,
    });
    const place: Locate = (path) => {
      const found = locate(root, path);
      // What a site lacks is missing where the site is written; there is no other place for it.
      const isNear =
        found?.isExact === true || (found !== undefined && path.length > 2 && path[0] === 'sites');
      return isNear ? found.source : { file: own.overlay.file };
    };
    const settings = resolvePaths(this.#accept(input, place), home, tenant);
    throwProblems(checkTenant(settings, { home, own: own.folder, locate: place, real: this.#real }));
    return settings;
  }

  #accept(plain: unknown, place: Locate): Settings {
    const { schema } = this.#rules;
    const input = fillMappings(schema, plain);
    const quick = this.#accepted && revalidate(schema, input, this.#accepted);
    if (quick !== undefined) return quick.value as Settings;
    const result = validate(schema, input, place);
    if ('problems' in result) throwProblems(result.problems);
    const output = 'value' in result ? result.value : {};
    this.#accepted ??= { input, output };
    return output as Settings;
  }

  #own({ overlay, secrets }: Pick<OwnFiles, 'overlay' | 'secrets'>, values: ValueReader): PreparedLayer[] {
    const layers = [this.#prepare({ kind: 'overlay', ...overlay, values })];
    if (secrets !== undefined) layers.push(this.#prepare({ kind: 'secrets', ...secrets, values }));
    return layers;
  }

  #withProfile(below: Merged, profile: Profile): Merged {
    const known = below.above.get(profile);
    if (known !== undefined) return known;
    const values = this.#valuesIn(join(this.#options.home.paths.tenants, '_profiles'));
    const merged = mergedOf(below, [this.#prepare({ kind: 'profile', ...profile, values })]);
    below.above.set(profile, merged);
    return merged;
  }

  #prepare(layer: RawLayer): PreparedLayer {
    const { patch, problems } = prepareLayer(layer, this.#rules);
    throwProblems(problems);
    const { kind, file, values } = layer;
    return { layer: Object.freeze({ kind, file }), patch, variables: values.variables };
  }

  #valuesIn(folder: string): ValueReader {
    return new ValueReader({ env: this.#options.env, folder, roots: this.#roots });
  }
}

/** Layers that many tenants have in common, merged once for all of them. */
interface Merged extends Merge {
  readonly plain: PlainNodes;
  /** The same with one more profile. */
  readonly above: Map<Profile, Merged>;
}

interface ToValidate {
  readonly tenant: TenantName;
  readonly own: OwnFiles;
  readonly root: Node | undefined;
  /** What `root` is as plain data. */
  readonly plain: unknown;
}

function mergedOf(below: Merged | undefined, layers: readonly PreparedLayer[]): Merged {
  const root = mergeAll(below?.root, layers);
  const plain = plainNodes(root, new Map(below?.plain));
  return { layers: [...(below?.layers ?? []), ...layers], root, plain, above: new Map() };
}

function mergeAll(root: Node | undefined, layers: readonly PreparedLayer[]): Node | undefined {
  return layers.reduce<Node | undefined>((node, { patch }) => merge(node, patch), root);
}
