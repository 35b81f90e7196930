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
  const change = new Float64Array(rows.length);
  const weight = new Float64Array(rows.length);
  rows.forEach((measured, i) => {
    change[i] = Math.abs(measured.delta);
    weight[i] = measured.new;
  });
  const order = rows.map((_, i) => i);
  // functions of the same change are many, since most were seen once: these stay in the order of their names
  order.sort(
    (a, b) => (change[b] ?? 0) - (change[a] ?? 0) || (weight[b] ?? 0) - (weight[a] ?? 0) || a - b,
  );
  return order.flatMap((i) => rows[i] ?? []);
}
