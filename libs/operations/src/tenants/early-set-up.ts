import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MediaStorage } from '#libs/media';
import type { FirstAdmin, HomePaths, LoadedSettings, SetUpInput, SqlRunner } from '#libs/settings';

/**
 * An application's set-up, which can be begun before there is a database: what it asks of database and media waits for
 * `finish`, and all else, such as hashing the first admin's password, takes no time of its own.
 */
export class EarlySetUp {
  readonly #database = Promise.withResolvers<SqlRunner>();
  #ended: Promise<void> | undefined;

  constructor(
    private readonly paths: HomePaths,
    private readonly loaded: LoadedSettings,
    private readonly admin: FirstAdmin,
  ) {}

  /** Once, however often it is called. */
  begin(): void {
    this.#ended ??= this.#setUp();
    // Said by `finish`.
    this.#ended.catch(() => {});
  }

  /** With the database, inside its transaction, and the media root that is the tenant's by now. */
  async finish(database: SqlRunner): Promise<void> {
    this.#database.resolve(database);
    this.begin();
    await this.#ended;
  }

  async #setUp(): Promise<void> {
    const { tenant, application } = this.loaded;
    const seedDir = join(this.paths.tenants, tenant, 'seed');
    const { email, password } = this.admin;
    await application.setUp?.({
      ...{ ...this.#waiting(), admin: { email, password } },
      seedDir: existsSync(seedDir) ? seedDir : undefined,
    });
  }

  #waiting(): Pick<SetUpInput, 'db' | 'media'> {
    const { promise } = this.#database;
    const { root, quota: quotaBytes } = this.loaded.settings.media;
    const storage = new MediaStorage({
      ...{ root, quotaBytes },
      uploadLimitBytes: this.loaded.settings.upload.limit,
    });
    return {
      db: { query: async (sql, parameters) => (await promise).query(sql, parameters) },
      media: {
        write: async (path, content) => {
          await promise;
          await storage.write(path, content);
        },
      },
    };
  }
}
