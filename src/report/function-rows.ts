import type { Comparison } from '../compare/index.js';
import type { RowMaker } from './build.js';
import type { Report } from './schema.js';

type Row = Report['functions'][number];

/** The functions by how much they changed: the largest part of a document, after the graph. */
export function functionRows({ functions, findings }: Comparison, row: RowMaker): Row[] {
  const rows = functions.map((f, i): Row => {
    const measured = row(f, findings.functions[i]);
    // not spread: there are tens of thousands of them
    return {
      function: f.function,
      dso: f.dso === '' ? null : f.dso,
      bucket: f.bucket,
      base: measured.base,
      new: measured.new,
      percent: measured.percent,
      interval: measured.interval,
      percentInterval: measured.percentInterval,
      verdict: measured.verdict,
      delta: measured.new - measured.base,
      hasSites: f.hasSites,
      moved: f.moved,
      samples: { base: f.base.samples, new: f.new.samples },
    };
  });
  const size = Float64Array.from(rows, ({ delta }) => Math.abs(delta));
  const order = rows.map((_, i) => i);
  const weight = (i: number) => rows[i]?.new ?? 0;
  order.sort(
    (a, b) =>
      (size[b] ?? 0) - (size[a] ?? 0) || weight(b) - weight(a) || byName(rows[a], rows[b]) || a - b,
  );
  return order.flatMap((i) => rows[i] ?? []);
}

/** Functions of the same change are many: most were seen once. */
function byName(a: Row | undefined, b: Row | undefined): number {
  const name = a?.function ?? '';
  const other = b?.function ?? '';
  if (name !== other) return name < other ? -1 : 1;
  const dso = a?.dso ?? 'null';
  const otherDso = b?.dso ?? 'null';
  return dso < otherDso ? -1 : dso > otherDso ? 1 : 0;
}
