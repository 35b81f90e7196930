/** Closed interval in the row's unit, delta's or percent's. */
export type Interval = [low: number, high: number];

/**
 * A row on one side. Structurally `Measured` of tally.ts: each run's own normalised sum, and the
 * samples behind all of them, so that weight / samples is what one sample weighs.
 */
export interface RowSide {
  readonly runs: ArrayLike<number>;
  readonly samples: number;
}

/** A row on both sides. */
export interface RowPair {
  readonly base: RowSide;
  readonly new: RowSide;
}

/** The two sides' totals (mean over runs), which the rows' shares are taken from. */
export interface Totals {
  readonly base: number;
  readonly new: number;
}

/** What is known about one difference. */
export interface Change {
  /** new - base, means over runs. */
  delta: number;
  /** 95 %; null where nothing can be said. */
  interval: Interval | null;
  /** Two-sided, for no change; 1 where nothing can be said. */
  p: number;
  /** Degrees of freedom behind the interval; Infinity for a normal one, 0 without an interval. */
  df: number;
}
