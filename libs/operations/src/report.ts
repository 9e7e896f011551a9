/** Where a verb tells its progress; the command line prints it on stderr, the console streams it. */
export interface Report {
  step(text: string): void;
  done(text: string): void;
  failed(text: string): void;
  warn(text: string): void;
  /** Shows how far a verb over so many tenants is; there only where somebody watches, and lines would be too many. */
  tasks?(total: number): TaskList;
}

/** Counts, and the tenants at work. Failures are told by `Report.failed` beside it. */
export interface TaskList {
  begin(tenant: string): void;
  /** What it is at, such as a migration. */
  at(tenant: string, what: string): void;
  end(tenant: string, state: TaskEnd): void;
  close(): void;
}

export type TaskEnd = 'done' | 'failed' | 'skipped' | 'not reached';

export const silentReport: Report = {
  step: () => {},
  done: () => {},
  failed: () => {},
  warn: () => {},
};

/** Runs `work` beside a list of tasks, which is closed however it ends; the list is missing where nobody watches. */
export async function withTasks<T>(
  report: Report,
  total: number,
  work: (tasks: TaskList | undefined) => Promise<T>,
): Promise<T> {
  const tasks = report.tasks?.(total);
  try {
    return await work(tasks);
  } finally {
    tasks?.close();
  }
}
