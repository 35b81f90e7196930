// Numbers as JavaScript prints them.

/** Writes a weight that is no whole number below 2^53; returns its length, 40 at most. */
@external("env", "printed")
declare function printed(weight: f64, at: usize): i32;

/** The digits of a whole number; returns behind them, 20 bytes at most. */
export function putWhole(value: u64, at: usize): usize {
  let digits = 1;
  for (let v = value; v >= 10; v /= 10) digits++;
  for (let p = at + digits; p > at; ) {
    store<u8>(--p, 48 + <u8>(value % 10));
    value /= 10;
  }
  return at + digits;
}

/** The digits of a weight; returns behind them, 40 bytes at most. */
export function putWeight(weight: f64, at: usize): usize {
  return weight >= 0 && weight < 9007199254740992 && Math.floor(weight) == weight
    ? putWhole(<u64>weight, at)
    : at + printed(weight, at);
}
