/** What a line of the input turned out to be. Every line is one of these, or skipped with a reason. */
export const LINE_KINDS = ['blank', 'comment', 'sample', 'frame', 'srcline', 'record'] as const;
export type LineKind = (typeof LINE_KINDS)[number];

export interface SkippedLines {
  reason: string;
  lines: number;
  /** 1-based. */
  firstLine: number;
}

/** Accounts for every line of an input: the kinds and the skipped lines add up to the total. */
export class LineLedger {
  readonly kinds: Record<LineKind, number> = {
    blank: 0,
    comment: 0,
    sample: 0,
    frame: 0,
    srcline: 0,
    record: 0,
  };
  private readonly reasons = new Map<string, SkippedLines>();

  count(kind: LineKind, lines = 1): void {
    this.kinds[kind] += lines;
  }

  skip(reason: string, line: number, lines = 1): void {
    const known = this.reasons.get(reason);
    if (known === undefined) this.reasons.set(reason, { reason, lines, firstLine: line });
    else {
      known.lines += lines;
      known.firstLine = Math.min(known.firstLine, line);
    }
  }

  /** Lines that had been taken for part of a sample, and were not. */
  recall(kind: LineKind, lines: number): void {
    this.kinds[kind] -= lines;
  }

  /** In order of first line. */
  get skipped(): SkippedLines[] {
    return [...this.reasons.values()].sort((a, b) => a.firstLine - b.firstLine);
  }

  get skippedLines(): number {
    return this.skipped.reduce((sum, s) => sum + s.lines, 0);
  }

  get total(): number {
    return LINE_KINDS.reduce((sum, kind) => sum + this.kinds[kind], this.skippedLines);
  }
}
