/** The last lines of a log, oldest first; none when there is no file. */
export function readLogTail(_file: string, _lines: number): Promise<string[]> {
  throw new TypeError('not yet');
}

/** Lines as they are appended, from the end on, across rotation, until the signal aborts. */
export function followLog(_file: string, _signal: AbortSignal): AsyncGenerator<string> {
  throw new TypeError('not yet');
}
