import { styleText } from 'node:util';
import type { Report, TaskList } from '#libs/operations';
import { LiveTasks } from './live-tasks.js';

export interface ReportStyle {
  readonly isQuiet: boolean;
  /** `dumb`: a terminal that cannot move its cursor. */
  readonly term: string | undefined;
}

/** Progress on stderr: one line an event, and on a terminal a list of tasks below them while there is one. */
export function createReport(stderr: NodeJS.WriteStream, { isQuiet, term }: ReportStyle): Report {
  let tasks: LiveTasks | undefined;
  const mark = (color: 'green' | 'red' | 'yellow' | 'dim', sign: string): string =>
    styleText(color, sign, { stream: stderr });
  const print = (line: string): void => {
    if (isQuiet) return;
    if (tasks === undefined) stderr.write(`${line}\n`);
    else tasks.print(line);
  };
  const open = (total: number): TaskList => {
    tasks = new LiveTasks(stderr, total, () => (tasks = undefined));
    return tasks;
  };
  return {
    step: (text) => print(`${mark('dim', '·')} ${text}`),
    done: (text) => print(`${mark('green', '✔')} ${text}`),
    failed: (text) => print(`${mark('red', '✖')} ${text}`),
    warn: (text) => print(`${mark('yellow', '!')} ${text}`),
    ...(stderr.isTTY && !isQuiet && term !== 'dumb' && { tasks: open }),
  };
}
