const longest = 500;
/** JSON, stack, source excerpt, Node's own signature and warnings: not what somebody wrote to be read on its own. */
const notPlain = /^([{}\s]|file:\/\/|node:|Node\.js v|\(node:\d+\)|\(Use `)/;

interface LogEntry {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly err?: { readonly message?: unknown };
}

/**
 * What a process had to say about its end, out of the last lines of its log: a plain line, as a refusal is, or what a
 * crash has logged, whichever is later; else the message of a log line about an error. All of them were scrubbed by the
 * process that wrote them.
 */
export function findLastWords(lines: readonly string[]): string | undefined {
  const newestFirst = lines.toReversed();
  const last = firstOf(newestFirst, (line) => (notPlain.test(line) ? fatalMessage(line) : line));
  return (last ?? firstOf(newestFirst, errorMessage))?.slice(0, longest);
}

function firstOf(lines: readonly string[], read: (line: string) => string | undefined): string | undefined {
  for (const line of lines) {
    const found = read(line);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fatalMessage(line: string): string | undefined {
  const { level, msg, err } = entryOf(line);
  if ((level !== 'fatal' && level !== 60) || typeof msg !== 'string') return undefined;
  return typeof err?.message === 'string' ? `${msg}: ${err.message}` : msg;
}

function errorMessage(line: string): string | undefined {
  const { level, msg } = entryOf(line);
  const isError = level === 'error' || level === 'fatal' || Number(level) >= 50;
  return isError && typeof msg === 'string' ? msg : undefined;
}

function entryOf(line: string): LogEntry {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    // Half a line: the process was killed while it wrote.
    return {};
  }
}
