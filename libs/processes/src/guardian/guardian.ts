export interface Guarded {
  /** Folders to remove, absolute. */
  readonly paths?: readonly string[];
  /** Processes to end before. */
  readonly pids?: readonly number[];
}

export interface Guardian {
  readonly pid: number;
  /** Adds to what it looks after. */
  guard(more: Guarded): void;
  /** The caller cleaned up by itself: the guardian leaves without touching anything. */
  dismiss(): Promise<void>;
}

/** A detached process that outlives even kill -9 of this one and then cleans up what it was told of. */
export function startGuardian(_guarded: Guarded): Promise<Guardian> {
  throw new TypeError('not yet');
}
