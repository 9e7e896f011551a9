const longest = 500;
/** JSON, stack, source excerpt and Node's own signature: not what somebody wrote to be read on its own. */
const notPlain = /^([{}\s]|file:\/\/|node:|Node\.js v)/;

/**
 * What a process had to say about its end, out of the last lines of its log: a plain line, as a refusal or an
 * uncaught error is; else the message of a log line about an error.
 */
export function findLastWords(lines: readonly string[]): string | undefined {
  const plain = lines.findLast((line) => !notPlain.test(line));
  if (plain !== undefined) return plain.slice(0, longest);
  for (const line of lines.toReversed()) {
    const message = errorMessageOf(line);
    if (message !== undefined) return message.slice(0, longest);
  }
  return undefined;
}

function errorMessageOf(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown };
    const isError = entry.level === 'error' || entry.level === 'fatal' || Number(entry.level) >= 50;
    return isError && typeof entry.msg === 'string' ? entry.msg : undefined;
  } catch {
    // Half a line: the process was killed while it wrote.
    return undefined;
  }
}
