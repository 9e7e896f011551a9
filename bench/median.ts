/** The middle of the values, which one slow run does not move. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper = NaN, lower = upper] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}

export interface Compared {
  readonly ours: number;
  readonly theirs: number;
  /** Median of the rounds' ratios: both of a round saw the same load of the machine. */
  readonly ratio: number;
}

/** Two series that were measured by turns. */
export function compare(ours: readonly number[], theirs: readonly number[]): Compared {
  const ratios = ours.map((value, round) => value / (theirs[round] ?? NaN));
  return { ours: median(ours), theirs: median(theirs), ratio: median(ratios) };
}
