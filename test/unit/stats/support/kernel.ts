import type { Shares } from './simulate.js';

/** A made-up kernel profile: functions, and pv ops whose samples lie on many call paths. */
export interface Kernel {
  shares: Shares;
  /** Row indexes of each. An op's rows are its paths. */
  functions: number[][];
  ops: number[][];
  buckets: number[][];
  /** Only so many ops and functions, the first ones, are counted in coverage; else all. */
  counted?: number;
}

export interface KernelOptions {
  functions: number;
  /** Share of each op on either side, over so many paths. */
  ops: readonly { base: number; new: number; paths: number }[];
  /** Every tenth function grows by this share of itself. */
  growth: number;
  /** An op's paths vary each on its own between runs, not together. */
  apart?: boolean;
}

/** Functions by a power law, as profiles have them: the first few percent each, the last hundredths. */
export function makeKernel({ functions, ops, growth, apart }: KernelOptions): Kernel {
  const raw = Array.from({ length: functions }, (_, k) => (k + 3) ** -1.2);
  const all = raw.reduce((a, b) => a + b, 0);
  const inOps = ops.reduce((sum, op) => sum + op.base, 0);
  const base: number[] = [];
  const grown: number[] = [];
  raw.forEach((value, k) => {
    const share = (value / all) * (1 - inOps);
    base.push(share);
    grown.push(share * (k % 10 === 5 ? 1 + growth : 1));
  });
  const rowsOf = ops.map((op) =>
    Array.from({ length: op.paths }, () => {
      base.push(op.base / op.paths);
      return grown.push(op.new / op.paths) - 1;
    }),
  );
  const group = Int32Array.from(base.keys());
  if (apart !== true)
    for (const rows of rowsOf) for (const row of rows) group[row] = rows[0] ?? row;
  const shares = { base: Float64Array.from(base), new: Float64Array.from(grown), group };
  const bucket = (n: number) =>
    raw.map((_, k) => k).filter((k) => (k < 20 ? 0 : k % 3 === 0 ? 1 : 2) === n);
  return {
    shares,
    functions: raw.map((_, k) => [k]),
    ops: rowsOf,
    buckets: [bucket(0), bucket(1), bucket(2), rowsOf.flat()],
  };
}
