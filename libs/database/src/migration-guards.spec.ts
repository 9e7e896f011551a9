import { describe, expect, it } from '@jest/globals';
import type { MigrationClass } from '#libs/settings';
import { decidePending, type GuardInput } from './migration-guards.js';
import { type Migration, migrationNames, readMigrations } from './migration-list.js';

function step(number: number): Migration {
  const name = `Step${1_700_000_000_000 + number}`;
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    name,
    timestamp: 1_700_000_000_000 + number,
    isTransactional: true,
    isReversible: true,
    kind: 'expand',
    lockTimeoutMs: undefined,
    statementTimeoutMs: undefined,
    instance: { name, up: nothing, down: nothing },
  };
}

const [one, two, three] = [step(1), step(2), step(3)];

function decide(applied: Migration[], more: Partial<GuardInput> = {}): string[] {
  return decidePending({
    identity: { tenant: 'acme', id: 'x' },
    migrations: [one, two, three],
    applied: applied.map(({ name }) => name),
    appliedHashes: new Map(),
    releaseHashes: {},
    allowed: [],
    ...more,
  }).map(({ name }) => name);
}

describe('decidePending', () => {
  it('gives what the database does not have, oldest first', () => {
    expect(decide([])).toEqual([one.name, two.name, three.name]);
    expect(decide([one])).toEqual([two.name, three.name]);
    expect(decide([one, two, three])).toEqual([]);
  });

  it('refuses a newer database, a late migration and an edited one', () => {
    expect(() => decide([one, step(9)])).toThrow(`which does not know ${step(9).name}.`);
    expect(() => decide([one, three])).toThrow(
      `${two.name} is older than ${three.name}, which was applied already.`,
    );
    const hashes = { appliedHashes: new Map([[one.name, 'a']]), releaseHashes: { [one.name]: 'b' } };
    expect(() => decide([one], hashes)).toThrow(`${one.name} was changed after it had been applied.`);
    expect(decide([one], { ...hashes, allowed: [one.name] })).toEqual([two.name, three.name]);
  });

  it('takes the database of another application for what it is, whatever that declared', () => {
    const expanding = new Set([step(8).name]);
    expect(() => decide([step(8)], { expanding })).toThrow('which does not know');
  });

  it('takes no offence at what a newer release added and marked as expanding', () => {
    const expanding = new Set([step(8).name]);
    expect(decide([one, two, three, step(8)], { expanding })).toEqual([]);
    expect(() => decide([one, two, three, step(8), step(9)], { expanding })).toThrow(
      `the database is newer than the release, which does not know ${step(9).name}.`,
    );
  });

  it('compares only hashes that are known on both sides', () => {
    expect(decide([one], { releaseHashes: { [one.name]: 'b' } })).toHaveLength(2);
    expect(decide([one], { appliedHashes: new Map([[one.name, 'a']]) })).toHaveLength(2);
  });
});

describe('readMigrations', () => {
  it('takes the class name where there is no other', () => {
    class AddNotes1700000000001 {
      up(): Promise<void> {
        return Promise.resolve();
      }
      down(): Promise<void> {
        return Promise.resolve();
      }
    }
    const list: MigrationClass[] = [AddNotes1700000000001];
    expect(readMigrations(list)).toMatchObject([
      { name: 'AddNotes1700000000001', timestamp: 1_700_000_000_001 },
    ]);
    expect(migrationNames([AddNotes1700000000001, 'Other1700000000002'])).toEqual([
      'AddNotes1700000000001',
      'Other1700000000002',
    ]);
  });

  it('refuses a name without a timestamp', () => {
    class AddNotes {
      up(): Promise<void> {
        return Promise.resolve();
      }
      down(): Promise<void> {
        return Promise.resolve();
      }
    }
    expect(() => readMigrations([AddNotes])).toThrow(
      'migration AddNotes: expected a name that ends with a 13-digit timestamp.',
    );
  });
});
