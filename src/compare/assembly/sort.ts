// Sorts 64-bit words.

@inline
function word(at: usize, i: i32): u64 { return load<u64>(at + (<usize>i << 3)); }
@inline
export function setWord(at: usize, i: i32, value: u64): void { store<u64>(at + (<usize>i << 3), value); }

const FEW: i32 = 24;

/** Sorts words that are all different, the largest first. */
export function sortDown(at: usize, count: i32): void {
  if (count > FEW) return heapSort(at, count);
  for (let i = 1; i < count; i++) {
    const own = word(at, i);
    let to = i;
    for (; to > 0 && word(at, to - 1) < own; to--) setWord(at, to, word(at, to - 1));
    setWord(at, to, own);
  }
}

function heapSort(at: usize, count: i32): void {
  for (let i = (count >> 1) - 1; i >= 0; i--) sink(at, i, count);
  for (let end = count - 1; end > 0; end--) {
    const least = word(at, 0);
    setWord(at, 0, word(at, end));
    setWord(at, end, least);
    sink(at, 0, end);
  }
}

/** Of a heap whose least word stands at the top. */
function sink(at: usize, from: i32, count: i32): void {
  const own = word(at, from);
  let i = from;
  for (;;) {
    let below = 2 * i + 1;
    if (below >= count) break;
    if (below + 1 < count && word(at, below + 1) < word(at, below)) below++;
    if (word(at, below) >= own) break;
    setWord(at, i, word(at, below));
    i = below;
  }
  setWord(at, i, own);
}
