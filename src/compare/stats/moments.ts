/** Sum of plain numbers, in order. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? 0;
  return total;
}

/** Arithmetic mean; 0 of nothing. Of equal values their value, whatever rounding makes of their sum: they have no spread. */
export function meanOf(values: ArrayLike<number>): number {
  const first = values[0] ?? 0;
  for (let i = 1; i < values.length; i++)
    if (values[i] !== first) return sum(values) / values.length;
  return first;
}

/** Sample variance with n - 1, in two passes; 0 where there is only one value. */
export function varianceOf(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] ?? 0) - mean) ** 2;
  return squares / (values.length - 1);
}
