/** `release.json`: what a release is made of. Written by the build, last; a directory without it is no release. */
export interface ReleaseManifest {
  readonly format: 1;
  readonly id: string;
  /** Of the source; null outside git. */
  readonly commit: string | null;
  readonly isDirty: boolean;
  /** Of the commit, not of the build, so that the same commit gives the same bytes. ISO 8601, UTC. */
  readonly committedAt: string | null;
  readonly runtime: RuntimeManifest;
  /** The embedded Postgres, shared likewise; null where the build had none for its platform. */
  readonly postgres: RuntimeManifest | null;
  readonly applications: readonly ApplicationManifest[];
  /** SHA-256 over the JSON Schema of the settings; differs where an overlay could become invalid. */
  readonly settingsSchema: string;
  /** Sorted by path; every file but release.json itself and the caches. */
  readonly files: readonly FileManifest[];
  /** V8's code caches: checked like files, but not the same bytes when the same commit is built again. */
  readonly caches: readonly FileManifest[];
}

/**
 * What releases share, below `releases/.runtimes/<name>`. Of Node it is the hash of the one file `node`, which is linked from
 * `<release>/node_modules/.bin/node`; of Postgres the hash of all files, which the release has as a package.
 */
export interface RuntimeManifest {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

export interface ApplicationManifest {
  readonly name: string;
  /** In the order in which they run. */
  readonly migrations: readonly MigrationManifest[];
}

export interface MigrationManifest {
  readonly name: string;
  /** SHA-256 of its source, as the ledger of each database records it. */
  readonly hash: string;
  /** A contracting migration takes away what the release before may still use: a rollback does not cross it unasked. */
  readonly kind: 'expand' | 'contract';
  readonly isReversible: boolean;
}

export interface FileManifest {
  /** Relative, with `/`. */
  readonly path: string;
  readonly sha256: string;
  readonly mode: number;
}
