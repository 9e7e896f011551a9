import { styleText, stripVTControlCharacters } from 'node:util';

export interface AtWork {
  readonly tenant: string;
  readonly what: string;
  readonly sinceMs: number;
}

export interface TaskState {
  readonly total: number;
  readonly counts: { readonly done: number; readonly failed: number; readonly skipped: number };
  /** The longest at work first. */
  readonly atWork: readonly AtWork[];
  readonly elapsedMs: number;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Where colours go, which knows whether they are wanted. */
  readonly stream: NodeJS.WriteStream;
}

const mostRows = 8;
/** Before so many have ended, a rate says nothing. */
const enoughForRate = 5;

/** The lines of a task list, none wider than the screen: a wrapped one could not be erased. */
export function taskLines(state: TaskState, screen: Screen): string[] {
  const room = Math.max(0, Math.min(mostRows, screen.rows - 4));
  const shown = state.atWork.slice(0, room);
  const widest = Math.max(0, ...shown.map(({ tenant }) => tenant.length));
  const hidden = state.atWork.length - shown.length;
  const lines = [
    summary(state),
    ...shown.map(({ tenant, what, sinceMs }) => `  ${tenant.padEnd(widest)}  ${seconds(sinceMs)}  ${what}`),
    ...(hidden > 0 && room > 0 ? [`  … and ${hidden} more at work`] : []),
  ];
  const dimmed = (line: string): string => styleText('dim', line, { stream: screen.stream });
  return lines
    .map((line) => cut(line, screen.columns))
    .map((line, index) => (index > 0 ? dimmed(line) : line));
}

function summary({ total, counts, elapsedMs }: TaskState): string {
  const { done, failed, skipped } = counts;
  const ended = done + failed + skipped;
  const left = total - ended;
  const parts = [
    `${bar(ended, total)} ${ended} of ${total}`,
    [`${done} done`, `${failed} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : []), `${left} left`].join(
      ', ',
    ),
    ...(ended >= enoughForRate ? [rate(ended, left, elapsedMs)] : []),
  ];
  return parts.join(' · ');
}

function rate(ended: number, left: number, elapsedMs: number): string {
  const perSecond = ended / Math.max(0.001, elapsedMs / 1000);
  const speed = perSecond >= 10 ? `${perSecond.toFixed(0)}/s` : `${(perSecond * 60).toFixed(0)}/min`;
  return left > 0 ? `${speed}, ${duration(left / perSecond)} left` : speed;
}

function duration(wholeSeconds: number): string {
  const rest = Math.ceil(wholeSeconds);
  if (rest < 60) return `${rest} s`;
  if (rest < 3600) return `${Math.floor(rest / 60)} min ${rest % 60} s`;
  return `${Math.floor(rest / 3600)} h ${Math.floor((rest % 3600) / 60)} min`;
}

function seconds(elapsedMs: number): string {
  return elapsedMs < 100_000 ? `${(elapsedMs / 1000).toFixed(1)} s`.padStart(6) : duration(elapsedMs / 1000);
}

function bar(ended: number, total: number): string {
  const filled = total === 0 ? 0 : Math.floor((ended / total) * 20);
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)}`;
}

/** By characters: names of tenants and migrations are ASCII. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? plain : `${plain.slice(0, Math.max(0, columns - 2))}…`;
}
