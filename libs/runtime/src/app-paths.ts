/** Where the application finds its own files and the tenant's overrides of them; all absolute. */
export class AppPaths {
  constructor(
    readonly releaseDir: string,
    /** Most specific first: the tenant's templates, then the release's. */
    readonly templateRoots: readonly string[],
    readonly assetsDir: string,
    /** Templates come and go while the process runs. */
    readonly isDevelopment: boolean,
  ) {}
}
