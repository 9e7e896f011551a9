import type { TenantOutcome } from '../outcome.js';

/** Which process works on a run; a reused pid has another start time. */
export interface Runner {
  readonly host: string;
  readonly pid: number;
  readonly startTime: string | null;
}

export type RunVerb = 'migrate' | 'migrate down' | 'migrate undo' | 'tenant create';

/** What a run set out to do: with this, another process can go on where it was killed. */
export interface RunStart {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly run: string;
  /** As typed. */
  readonly command: string;
  readonly verb: RunVerb;
  readonly release: string;
  /** By release and application: a digest of its migrations, so that nobody goes on with others. */
  readonly migrations: Readonly<Record<string, string>>;
  readonly tenants: readonly string[];
  /** What was asked for besides the tenants; JSON. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly runner: Runner;
}

/** One line of `state/runs/<id>.jsonl`. */
export type RunEntry =
  | (RunStart & { readonly event: 'started' })
  | { readonly event: 'resumed'; readonly at: string; readonly runner: Runner }
  | {
      readonly event: 'tenant started';
      readonly at: string;
      readonly tenant: string;
      readonly migrations: readonly string[];
    }
  | {
      readonly event: 'tenant ended';
      readonly at: string;
      readonly tenant: string;
      readonly outcome: TenantOutcome;
    }
  | { readonly event: 'ended'; readonly at: string };
