import type { z } from 'zod';

/** One feature module's part of the settings: a top-level key and the zod object below it. */
export interface Section<Key extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly key: Key;
  readonly schema: Schema;
  /** A site may set own values of it, below `sites.<name>.<key>`; what it does not set is the tenant's. */
  readonly perSite?: boolean | undefined;
}

export type SectionValue<S extends Section> = z.output<S['schema']>;

/**
 * `perSite` is for what visitors of a host see or meet, as the title of its news. Not for what all sites have in common
 * through the one database, as accounts: two sites could then not agree.
 */
export function defineSection<const Key extends string, Schema extends z.ZodType>(
  key: Key,
  schema: Schema,
  { perSite = false }: Pick<Section, 'perSite'> = {},
): Section<Key, Schema> {
  return { key, schema, perSite };
}

/** A feature module that a tenant can switch off by `modules: {<name>: {enabled: false}}`; its tables stay. */
export interface FeatureModule {
  readonly name: string;
  /** One sentence, for the generated documentation. */
  readonly description: string;
  /** Why it cannot be switched off, as in "the admin pages need it"; undefined where it can. */
  readonly neededBecause?: string | undefined;
}

export function defineModule(module: FeatureModule): FeatureModule {
  return module;
}

/** The one thing that setting up an application may do with a database; TypeORM's QueryRunner has it. */
export interface SqlRunner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** A TypeORM migration class, named `<What><13-digit timestamp>`; typed by structure, so that nothing here loads TypeORM. */
export interface MigrationClass {
  new (): {
    readonly name?: string;
    /** `false`: runs outside a transaction, as CREATE INDEX CONCURRENTLY must. */
    readonly transaction?: boolean;
    /** `contract`: takes away what the release before may still use; a rollback does not cross it unasked. Default `expand`. */
    readonly kind?: 'expand' | 'contract';
    /** `false`: `down` cannot bring back what `up` took away, so nobody is offered to undo it. Default true. */
    readonly isReversible?: boolean;
    /** How long it may wait for a lock, and run in one statement: `30s`, or `0` for without limit. */
    readonly lockTimeout?: string;
    readonly statementTimeout?: string;
    /** What the migration lint may find here, by rule, and why it does no harm. */
    readonly lintAllow?: Readonly<Record<string, string>>;
    up(runner: never): Promise<unknown>;
    down(runner: never): Promise<unknown>;
  };
}

/** Where setting up puts files: the new owner's media root. */
export interface MediaWriter {
  /** Writes below the media root; `path` is relative to it, with `/`. */
  write(path: string, content: Buffer): Promise<void>;
}

export interface FirstAdmin {
  readonly email: string;
  readonly password: string;
}

/**
 * Setting up may begin while the database is still being made: the first query and the first file wait until it is there.
 * What needs neither, such as hashing a password, is best done before them.
 */
export interface SetUpInput {
  /** Connected as the runtime role, inside one transaction. */
  readonly db: SqlRunner;
  readonly media: MediaWriter;
  readonly admin: FirstAdmin;
  /** A folder of sample content to load, where the new overlay's folder has one. */
  readonly seedDir?: string | undefined;
}

/**
 * What an application tells the operator's side without booting: its settings, its schema history and how its
 * first account is made. Kept free of Nest and TypeORM imports, so that a command line can load it in milliseconds.
 */
export interface Application {
  readonly name: string;
  readonly sections: readonly Section[];
  /** All that `modules:` can name; undefined: the application has none to switch, and no name is refused. */
  readonly modules?: readonly FeatureModule[];
  /** In the order in which they apply. */
  readonly migrations: readonly MigrationClass[];
  /** Makes a migrated, empty database usable: first account, first page, sample content. */
  setUp?(input: SetUpInput): Promise<void>;
}

export function defineApplication(application: Application): Application {
  return application;
}
