import type { OpRow, Report } from '../../report/schema.js';

type Bound = OpRow['bound'];

/** Whether the weights come from a timer that cannot sample while interrupts are off. */
export function isTimer(report: Report): boolean {
  return report.base.timer || report.new.timer;
}

/**
 * The sign before a change that is a bound: `lower` is at least so much of a rise or of a fall;
 * `at-most` is never more than this, since base's gross is understated.
 */
export function boundPrefix(bound: Bound, change: number): string {
  if (bound === 'at-most') return '≤ ';
  return bound === null || change === 0 ? '' : change > 0 ? '≥ ' : '≤ ';
}

/** The sign before a gross weight: on a timer at least so much was there, also where it says 0. */
export function grossPrefix(bound: Bound, value: number | null): string {
  return bound === 'lower' && value !== null && value !== 0 ? '≥ ' : '';
}

/** Samples of both sides under which a row says nothing. */
export const FEW = 10;

/**
 * A row's verdict in words. A fall on a timer is never called less, however well it was measured; that is
 * no lack of data, which the document's word for it would say.
 */
export function verdictWords(
  row: Pick<OpRow, 'verdict' | 'percentInterval'> & {
    readonly bound?: Bound;
    readonly samples?: OpRow['samples'] | undefined;
  },
): string {
  const { verdict, bound, percentInterval, samples } = row;
  const forbidden = verdict === 'too little data' && bound === 'lower' && percentInterval !== null;
  const few = samples !== undefined && samples.base + samples.new < FEW;
  return forbidden && !few ? 'not judged' : verdict;
}

/** What the signs mean, one sentence a bound that the report uses. */
export function boundNotes(report: Report): string[] {
  const rows = [...report.ledger, ...report.ops, ...report.sites];
  const used = new Set(rows.map((row) => row.bound));
  const notes: string[] = [];
  if (used.has('lower')) {
    notes.push(
      '≥ before a weight: at least this much, since a timer does not see what runs with interrupts off. ' +
        'Before a change, ≥ (of a fall: ≤) marks the difference of two such weights: it shows what samples could name, and is no strict bound itself. A fall beyond noise is not judged, never called less: what is not seen may have grown. Their intervals are of noise only, not of what is not seen.',
    );
  }
  if (used.has('at-most')) {
    notes.push(
      "≤ before a change of an op or site: at most this much. Base did the same work inline: of an op where it could not be measured (that part shows as less in caller), of a site because base's own is counted by op.",
    );
  }
  return notes;
}
