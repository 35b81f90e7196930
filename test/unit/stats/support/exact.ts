import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Kernel } from './kernel.js';

const path = 'recordings/6.1-precise/exact-rows.tsv.gz';

/** The exact instruction counts of native and unpatched paravirt Linux 6.1 as rows to draw samples from. */
export function exactKernel(): Kernel {
  const file = join(process.cwd(), 'fixtures', path);
  const [, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const rows = lines.map((line) => {
    const [bucket = '', op = '', , base, other] = line.split('\t');
    return { bucket, op, base: Number(base), new: Number(other) };
  });
  const total = rows.reduce((sum, row) => sum + row.base, 0);
  const by = (key: (row: (typeof rows)[number]) => string) => {
    const groups = new Map<string, number[]>();
    rows.forEach((row, i) => {
      if (key(row) !== '') groups.set(key(row), [...(groups.get(key(row)) ?? []), i]);
    });
    return [...groups.values()];
  };
  const size = (of: readonly number[]) =>
    of.reduce((sum, i) => sum + Math.max(rows[i]?.base ?? 0, rows[i]?.new ?? 0), 0);
  const ops = by((row) => row.op).sort((a, b) => size(b) - size(a));
  const functions = [...rows.keys()]
    .filter((i) => rows[i]?.op === '')
    .map((i) => [i])
    .sort((a, b) => size(b) - size(a));
  const group = Int32Array.from(rows.keys());
  for (const op of ops) for (const row of op) group[row] = op[0] ?? row;
  return {
    shares: {
      base: Float64Array.from(rows, (row) => row.base / total),
      new: Float64Array.from(rows, (row) => row.new / total),
      group,
    },
    functions,
    ops,
    buckets: by((row) => row.bucket),
    counted: 20,
  };
}
