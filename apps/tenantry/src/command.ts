import type { ExitCode } from '#libs/settings';
import type { Dependencies, Report } from '#libs/operations';

export interface ArgumentSpec {
  /** As commander writes it: `<tenant>`, `[tenants...]`. */
  readonly name: string;
  readonly description: string;
}

export interface OptionSpec {
  /** As commander writes it: `--host <hosts>`. */
  readonly flags: string;
  readonly description: string;
}

/** What a command got from the command line. */
export interface Invocation {
  readonly arguments: readonly (string | readonly string[] | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly codeRoot: string;
  /** The script that this process was started with. */
  readonly entry: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly output: Output;
  /** Progress, on stderr. */
  readonly report: Report;
  /** Opens the home, that of `--home` unless another is named; a command that needs none never calls it. */
  readonly dependencies: (home?: string) => Promise<Dependencies>;
}

/** Where a long-running command writes while it runs. */
export interface Output {
  readonly out: (text: string) => void;
}

export interface Result {
  /** The document that `--json` prints. */
  readonly data?: unknown;
  /** What a person reads on stdout. */
  readonly text?: string;
  readonly exitCode?: ExitCode;
}

/** One entry of the command table: parsing, help, completion and docs all come from it. */
export interface CommandSpec {
  readonly path: readonly [string, ...string[]];
  readonly summary: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Adds `--tenant`, `--all`, `--select` and `--exclude`. */
  readonly targets?: boolean;
  /** Adds `--plan`. */
  readonly plan?: boolean;
  readonly hidden?: boolean;
  /** Runs until it is interrupted, which then is no failure: exit 0 instead of 130. */
  readonly endsByInterrupt?: boolean;
  /** Waits for the databases of a fleet and computes little: see `frugally`. */
  readonly isFrugal?: boolean;
  run(invocation: Invocation): Promise<Result>;
}
