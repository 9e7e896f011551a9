/** Where a demonstration says what it sees. */
export type Say = (line: string) => void;

/** What must hold, or the bench ends here. */
export function holds(isSo: boolean, what: string): void {
  if (!isSo) throw new TypeError(`Does not hold: ${what}`);
}
