import { FailedError } from '#libs/settings';
import type { FileChange, GeneratedFile, HostingPlan } from '#libs/hosting';

/** Wanted files, laid out in a folder of their own as they will lie below the home. */
export interface Staged {
  readonly plan: HostingPlan;
  /**
   * Absolute; holds `hosting/nginx/…` and `scripts/tenants/…` of all targets. Paths of the home that lead to either
   * lead into this folder, so that a checker finds what a file refers to before any of it is in place.
   */
  readonly folder: string;
  /** Of this target. */
  readonly files: readonly GeneratedFile[];
}

/** What was put in place for a target. */
export interface Installed {
  readonly plan: HostingPlan;
  /** Of this target's files: in the home, or where they are copied to. Empty where nothing changed. */
  readonly changes: readonly FileChange[];
}

/** What a request found out. */
export interface Proof {
  /** A unit, or a host: `acme`, `https://acme.example.com`. */
  readonly name: string;
  /** Undefined: it answered as it should. */
  readonly problem: string | undefined;
}

/** A process manager or an edge server that reads generated files. Its name is that of its folder, `hosting/<name>`. */
export interface HostingTarget {
  readonly name: string;
  /** Folders below the home; what is in there and no longer generated is removed. Default: `hosting/<name>`. */
  readonly folders?: readonly string[];
  /** Where the files of `hosting/<name>` are copied to, when the program reads them elsewhere. */
  readonly installDir?: string | undefined;
  generate(plan: HostingPlan): readonly GeneratedFile[];
  /** Asks the program's own checker. Throws CheckFailed with what it said; has touched nothing that is in use. */
  check(staged: Staged): Promise<void>;
  /** Called before files are removed, such as those of a unit that has to be stopped while it is known. */
  beforeChange?(installed: Installed): Promise<void>;
  /** Makes the running program go by what is in place; called also when nothing changed, to start what is missing. Idempotent. */
  activate(installed: Installed): Promise<void>;
  /**
   * By requests, of everything that is to answer. Called before and after a change: those of `answered` must go on,
   * also where the program itself says by now that they do not run.
   */
  prove?(plan: HostingPlan, answered: ReadonlySet<string>): Promise<readonly Proof[]>;
}

/** The target's own checker refused the files. */
export class CheckFailed extends FailedError {
  override readonly code = 'CHECK_FAILED';
}
