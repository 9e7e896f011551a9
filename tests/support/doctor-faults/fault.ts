import { chmodSync, readdirSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { DoctorHome } from '../doctor-home.js';

/** Something that goes wrong with a home, and what doctor has to say of it. */
export interface Fault {
  readonly id: string;
  readonly tenant?: string;
  /** `--fix` mends it. */
  readonly isSafe?: boolean;
  /** What it says besides, since one leads to the other. */
  readonly with?: readonly string[];
  readonly plant: (home: DoctorHome) => Promise<void> | void;
  readonly undo?: (home: DoctorHome) => Promise<void> | void;
}

/** Done and taken back by one statement each. */
export function statements(
  about: Omit<Fault, 'plant' | 'undo'>,
  database: string,
  [plant, undo]: readonly [string, string?],
): Fault {
  return {
    ...about,
    plant: (home) => home.sql(database, plant),
    ...(undo === undefined ? {} : { undo: (home) => home.sql(database, undo) }),
  };
}

export function mode(about: Omit<Fault, 'plant'>, file: string): Fault {
  return { ...about, isSafe: true, plant: (home) => chmodSync(home.path(file), 0o755) };
}

/** A file that is there, or not, and is not so afterwards. */
export function fileThere(
  about: Omit<Fault, 'plant' | 'undo'>,
  name: string,
  text: string | (() => string),
): Fault {
  return {
    ...about,
    plant: (home) => home.write(name, typeof text === 'string' ? text : text()),
    ...(about.isSafe === true ? {} : { undo: (home) => home.removeFile(name) }),
  };
}

export function changed(
  about: Omit<Fault, 'plant' | 'undo'>,
  name: string | ((home: DoctorHome) => string),
  change: (text: string) => string,
): Fault {
  const file = (home: DoctorHome): string => (typeof name === 'string' ? name : name(home));
  return {
    ...about,
    plant: (home) => home.write(file(home), change(home.read(file(home)))),
    undo: (home) => home.restore(file(home)),
  };
}

export const acme = { tenant: 'acme' } as const;
export const mended = { tenant: 'acme', isSafe: true } as const;
export const mark = (tenant: string, id: string = randomUUID()): string =>
  `tenantry ${JSON.stringify({ tenant, id })}`;
/** A process that is no more. */
export const gone = { host: hostname(), pid: 4_194_300, startTime: 'long ago' };
export const trashOf = (home: DoctorHome): string => readdirSync(home.path('tenants/_trash'))[0] ?? '';
export const trashDatabase = (home: DoctorHome): string =>
  `trash_${(trashOf(home).split('@')[1] ?? '').replaceAll('-', '_')}`;
