import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeFound, isList, isMap, toPlain, type Entry } from '../files/entry.js';
import { failWith } from '../files/problem.js';
import { errorCode } from '../files/read-file.js';
import { nearest } from '../nearest.js';
import type { Source } from './types.js';

/** A profile that was asked for, and where. */
export interface ProfileName {
  readonly name: string;
  readonly source: Source;
}

/** A profile's content without its own `extends`. */
export interface Profile {
  readonly name: string;
  readonly file: string;
  readonly entry: Entry;
}

interface ReadProfile extends Profile {
  readonly parents: readonly ProfileName[];
}

/** The profiles that a file names in `extends:`, in order. */
export function readExtends(entry: Entry, file: string): ProfileName[] {
  const list = isMap(entry.value) ? entry.value.get('extends') : undefined;
  if (list === undefined) return [];
  const names = isList(list.value) ? list.value : undefined;
  if (names === undefined) return refuse({ file, line: list.line }, toPlain(list));
  return names.map((item) => {
    const source = { file, line: item.line };
    return typeof item.value === 'string' ? { name: item.value, source } : refuse(source, toPlain(item));
  });
}

function refuse(source: Source, found: unknown): never {
  return failWith({
    ...source,
    key: 'extends',
    text: `expected a list of profiles such as [pro, eu], found ${describeFound(found)}`,
  });
}

/** Reads each profile once and puts those that extend others in order. */
export class Profiles {
  readonly #folder: string;
  readonly #read: (path: string) => { entry: Entry; file: string };
  readonly #known = new Map<string, ReadProfile>();

  constructor(folder: string, read: (path: string) => { entry: Entry; file: string }) {
    this.#folder = folder;
    this.#read = read;
  }

  /** Lowest first: what a profile extends comes before it, and each profile once. */
  inOrder(names: readonly ProfileName[]): Profile[] {
    const order = new Map<string, Profile>();
    const visit = (wanted: ProfileName, trail: readonly string[]): void => {
      if (trail.includes(wanted.name)) this.#refuseCycle(wanted, trail);
      if (order.has(wanted.name)) return;
      const profile = this.#find(wanted);
      for (const parent of profile.parents) visit(parent, [...trail, wanted.name]);
      order.set(wanted.name, profile);
    };
    for (const name of names) visit(name, []);
    return [...order.values()];
  }

  #find(wanted: ProfileName): ReadProfile {
    const known = this.#known.get(wanted.name);
    if (known !== undefined) return known;
    const names = this.#names();
    if (!names.includes(wanted.name)) this.#refuseUnknown(wanted, names);
    const { entry, file } = this.#read(join(this.#folder, `${wanted.name}.yaml`));
    const profile = {
      name: wanted.name,
      file,
      entry: withoutExtends(entry),
      parents: readExtends(entry, file),
    };
    this.#known.set(wanted.name, profile);
    return profile;
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).flatMap((name) => /^([a-z0-9-]+)\.yaml$/.exec(name)?.[1] ?? []);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #refuseUnknown({ name, source }: ProfileName, names: readonly string[]): never {
    const near = nearest(name, names);
    const known =
      names.length === 0
        ? 'There are no profiles in tenants/_profiles.'
        : `Known: ${[...names].sort().join(', ')}.`;
    const text = `unknown profile ${describeFound(name)}`;
    return failWith({
      ...source,
      key: 'extends',
      text: near === undefined ? text : `${text}. Did you mean "${near}"?`,
      hint: near === undefined ? known : undefined,
    });
  }

  #refuseCycle({ name, source }: ProfileName, trail: readonly string[]): never {
    const circle = [...trail.slice(trail.indexOf(name)), name].join(' -> ');
    return failWith({ ...source, key: 'extends', text: `profiles extend each other in a circle: ${circle}` });
  }
}

function withoutExtends(entry: Entry): Entry {
  if (!isMap(entry.value)) return entry;
  return { line: entry.line, value: new Map([...entry.value].filter(([key]) => key !== 'extends')) };
}
