export interface TrendPoint {
  x: number;
  y: number;
}

const ROUNDS = 30;
/** As DESeq does: a row this far above the line is not what the line describes. */
const OUTLIER = 15;

/**
 * Line y = constant + slope * x through variance ratios, constant >= 1, slope >= 0: a gamma regression
 * with identity link by iterated weighted least squares, outliers left out (Anders and Huber 2010; Love,
 * Huber and Anders 2014).
 */
export function fitTrend(points: readonly TrendPoint[]): { constant: number; slope: number } {
  let constant = 1;
  let slope = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
    for (const { x, y } of points) {
      const fitted = constant + slope * x;
      if (round > 2 && y > OUTLIER * fitted) continue;
      // The first rounds know no slope yet: weights by x alone keep large rows from ruling.
      const weight = 1 / (round === 0 ? y + 1 : fitted) ** 2;
      w += weight;
      wx += weight * x;
      wy += weight * y;
      wxx += weight * x * x;
      wxy += weight * x * y;
    }
    const determinant = w * wxx - wx * wx;
    slope = determinant > 0 ? (w * wxy - wx * wy) / determinant : 0;
    constant = w > 0 ? (wy - slope * wx) / w : 1;
    if (slope < 0) [slope, constant] = [0, wy / w];
    if (constant < 1) [constant, slope] = [1, Math.max(0, (wxy - wx) / wxx)];
  }
  return { constant, slope };
}
