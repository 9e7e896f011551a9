import { type MigrationClass, parseDuration } from '#libs/settings';
import { BadMigrationList } from './errors.js';

/** A migration of the release, ready to run. */
export interface Migration {
  readonly name: string;
  /** The last 13 digits of its name, milliseconds since 1970. */
  readonly timestamp: number;
  /** `false`: runs outside a transaction. */
  readonly isTransactional: boolean;
  /** `false`: it declares that `down` does not bring back what `up` took away. */
  readonly isReversible: boolean;
  /** `contract`: it takes away what the release before may still use. */
  readonly kind: 'expand' | 'contract';
  /** Its own, where it declares them. */
  readonly lockTimeoutMs: number | undefined;
  readonly statementTimeoutMs: number | undefined;
  readonly instance: InstanceType<MigrationClass>;
}

/**
 * Reads a release's migrations, oldest first.
 * @throws BadMigrationList for names without a timestamp, twice the same name, or a wrong order.
 */
export function readMigrations(classes: readonly MigrationClass[]): Migration[] {
  const migrations = classes.map((Class) => {
    const instance = new Class();
    const name = instance.name ?? Class.name;
    return {
      ...{ name, timestamp: timestampOf(name), instance },
      isTransactional: instance.transaction !== false,
      isReversible: instance.isReversible !== false,
      kind: instance.kind ?? ('expand' as const),
      lockTimeoutMs: durationOf(name, 'lockTimeout', instance.lockTimeout),
      statementTimeoutMs: durationOf(name, 'statementTimeout', instance.statementTimeout),
    };
  });
  checkOrder(migrations.map(({ name }) => name));
  return migrations;
}

/** The name under which each migration is recorded, in the given order. */
export function migrationNames(migrations: readonly (MigrationClass | string)[]): string[] {
  return migrations.map((migration) =>
    typeof migration === 'string' ? migration : (new migration().name ?? migration.name),
  );
}

export function timestampOf(name: string): number {
  const digits = /\d{13}$/.exec(name)?.[0];
  if (digits !== undefined) return Number(digits);
  throw new BadMigrationList(`migration ${name}: expected a name that ends with a 13-digit timestamp.`, {
    hint: 'Name the class `<What><timestamp>` and give it `readonly name` with the same text.',
  });
}

function durationOf(name: string, key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  throw new BadMigrationList(
    `migration ${name}: ${key}: expected a duration, found ${JSON.stringify(text)}.`,
    {
      hint: 'Write it with its unit, such as `30s` or `5m`; `0` is without limit.',
    },
  );
}

function checkOrder(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const previous = names[index - 1];
    if (previous === undefined || timestampOf(previous) < timestampOf(name)) continue;
    throw new BadMigrationList(`migration ${name}: comes after ${previous}, whose timestamp is not older.`, {
      hint: 'List migrations from the oldest to the newest, each once, each with a timestamp of its own.',
    });
  }
}
