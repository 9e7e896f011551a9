import { type ExitCode, TenantryError, exitCodes } from '#libs/settings';

/** How one tenant ended in a verb over many. */
export interface TenantOutcome {
  readonly name: string;
  readonly state: 'done' | 'failed' | 'skipped' | 'not reached';
  readonly error: string | null;
  readonly [detail: string]: unknown;
}

/** What a verb over many tenants answers. */
export interface FleetOutcome {
  readonly data: unknown;
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** One line for people: the message and what to do next. */
export function errorText(error: unknown): string {
  if (error instanceof TenantryError) return error.hint ? `${error.message} ${error.hint}` : error.message;
  return error instanceof Error ? error.message : String(error);
}

/** The same behind the tenant's name, which many messages begin with by themselves. */
export function failureOf(tenant: string, error: unknown): string {
  const text = errorText(error);
  return text.startsWith(`${tenant}: `) ? text : `${tenant}: ${text}`;
}

/** 0 when all are done, 3 when some are, and the error's own code where one tenant was all there was. */
export function exitCodeOf(outcomes: readonly TenantOutcome[], onlyError?: unknown): ExitCode {
  const failed = outcomes.filter(({ state }) => state !== 'done');
  if (failed.length === 0) return exitCodes.done;
  if (failed.length < outcomes.length) return exitCodes.partial;
  if (outcomes.length === 1 && onlyError instanceof TenantryError) return onlyError.exitCode;
  return exitCodes.failed;
}

/** Runs `work` over the items, at most `width` at a time, in order of the list: a queue, not chunks. */
export async function forEachOf<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, worker));
}
