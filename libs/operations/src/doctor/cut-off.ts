import { join } from 'node:path';
import { type HomePaths, namesIn, parseTenantName, isTenantName } from '#libs/settings';
import { type LifecycleJournal, readJournal } from '../lifecycle/journal.js';
import { errorText } from '../outcome.js';
import { type CreationIntent, readIntent } from '../tenants/creation-intent.js';

/** A record of work that is not over, or why it cannot be read. */
export type Cut<Record> = { readonly record: Record } | { readonly problem: string };

export interface CutLifecycle {
  readonly tenant: string;
  readonly journal: Cut<LifecycleJournal>;
  /** All names that the work concerns. */
  readonly tenants: readonly string[];
}

/** Creations and life-cycle commands that are at work or were cut off. One broken record hides no other. */
export function readCutOff(paths: HomePaths): {
  readonly creations: ReadonlyMap<string, Cut<CreationIntent>>;
  readonly lifecycle: readonly CutLifecycle[];
} {
  const creations = new Map<string, Cut<CreationIntent>>();
  for (const tenant of recorded(paths, 'creating')) {
    const cut = readRecord(() => readIntent(paths, parseTenantName(tenant)));
    if (cut !== undefined) creations.set(tenant, cut);
  }
  const lifecycle = recorded(paths, 'lifecycle').flatMap((tenant) => {
    const journal = readRecord(() => readJournal(paths, tenant));
    return journal === undefined ? [] : [{ tenant, journal, tenants: concerned(tenant, journal) }];
  });
  return { creations, lifecycle };
}

function recorded({ state }: HomePaths, folder: string): string[] {
  return namesIn(join(state, folder))
    .toSorted()
    .flatMap((file) => {
      const name = file.endsWith('.json') ? file.slice(0, -'.json'.length) : '';
      return isTenantName(name) ? [name] : [];
    });
}

function readRecord<Record>(read: () => Record | undefined): Cut<Record> | undefined {
  try {
    const record = read();
    return record === undefined ? undefined : { record };
  } catch (error) {
    return { problem: errorText(error) };
  }
}

function concerned(tenant: string, journal: Cut<LifecycleJournal>): string[] {
  if (!('record' in journal) || journal.record.verb !== 'rename') return [tenant];
  const { from, to } = journal.record.facts;
  return [...new Set<string>([tenant, from, to])];
}
