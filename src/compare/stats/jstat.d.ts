/** The few functions of jstat 1.9.6 (which ships no types) that are used here. */
declare module 'jstat' {
  interface JStat {
    /** Regularised incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
    /** Complementary error function. */
    erfc(x: number): number;
    normal: { inv(p: number, mean: number, sd: number): number };
    chisquare: { inv(p: number, df: number): number };
    noncentralt: { cdf(x: number, df: number, ncp: number): number };
    studentt: { inv(p: number, df: number): number };
  }
  const jStat: JStat;
  export default jStat;
}
