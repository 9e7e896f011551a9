import { SettingsError } from '../errors.js';

/** One thing that is wrong in one place; a file can have many. */
export interface Problem {
  readonly file: string;
  readonly line?: number | undefined;
  /** Dotted path of the key; undefined where the whole file is meant. */
  readonly key?: string | undefined;
  /** What is wrong and what was found, without a full stop. */
  readonly text: string;
  readonly hint?: string | undefined;
}

/** `tenants/acme/settings.yaml:7: http.port: expected an integer from 1 to 65535, found "80a".` */
export function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  const key = problem.key === undefined || problem.key === '' ? '' : `${problem.key}: `;
  return `${place}: ${key}${problem.text}${problem.text.endsWith('?') ? '' : '.'}`;
}

/** Settings with at least one problem: the message is the first one's, `problems` has all. */
export class InvalidSettings extends SettingsError {
  override readonly code = 'INVALID_SETTINGS';
  readonly problems: readonly Problem[];

  constructor(
    problems: readonly [Problem, ...Problem[]],
    details: { tenant?: string; cause?: unknown } = {},
  ) {
    const [first] = problems;
    super(formatProblem(first), { ...details, file: first.file, line: first.line, hint: hintFor(problems) });
    this.problems = problems;
  }

  /** The same, said of a tenant. */
  of(tenant: string): InvalidSettings {
    const [first, ...others] = this.problems;
    return first === undefined
      ? this
      : new InvalidSettings([first, ...others], { tenant, cause: this.cause });
  }
}

function hintFor(problems: readonly [Problem, ...Problem[]]): string | undefined {
  const [first, ...others] = problems;
  if (others.length === 0) return first.hint;
  const more = others.length === 1 ? '1 more problem was found' : `${others.length} more problems were found`;
  return first.hint === undefined ? `${more}.` : `${first.hint} (${more}.)`;
}

/** Throws when anything was found. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw new InvalidSettings([first, ...others]);
}

export function failWith(problem: Problem): never {
  throw new InvalidSettings([problem]);
}

/** A key's name as part of a dotted path; what is no plain word is quoted, so that the path stays readable. */
export function joinKey(parent: string, key: string | number): string {
  const part = /^[\w$-]{1,60}$/.test(String(key)) ? String(key) : JSON.stringify(String(key).slice(0, 60));
  return parent === '' ? part : `${parent}.${part}`;
}
