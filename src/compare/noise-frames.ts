import type { FrameFacts } from '../paravirt/index.js';
import type { Profile } from '../profile/index.js';
import type { UnionTree } from './columns.js';
import { compareSides } from './compare.js';
import { makeSide } from './side.js';
import { addUp } from './side-tree.js';
import { VERDICTS } from './stats/index.js';

/** Frames of the graph that would be coloured though both sides ran one kernel. */
export interface Coloured {
  /** Run against run: by a differ that colours any change, and by pvflame's verdicts on one run a side. */
  runs: { comparisons: number; frames: number; anyChange: number; pvflame: ShareOf };
  /** Half of the boots against the other half, as repeated runs; null under four boots. */
  boots: { comparisons: number; frames: number; a: number; b: number; pvflame: ShareOf } | null;
}

export interface ShareOf {
  /** Mean share of the frames that are coloured, 0 to 1. */
  share: number;
  /** Comparisons in which any frame is. */
  any: number;
}

/** More comparisons of the same runs say little that is new. */
const MOST_COMPARISONS = 10;

/** Compares one kernel's runs with each other. Numbers of frames are means over the comparisons. */
export function colouredByChance(
  profile: Profile,
  facts: FrameFacts,
  event: string,
  boot: readonly number[],
): Coloured {
  const compare = (base: readonly number[], other: readonly number[]) => {
    const side = (runs: readonly number[]) =>
      makeSide({ ...profile, runs: runs.flatMap((at) => profile.runs[at] ?? []) }, facts, event);
    const { tree, verdicts } = compareSides(side(base), side(other), {
      mode: 'none',
      baseWork: [],
      newWork: [],
    });
    return countFrames(tree, (i) => /^(?:more|less)$/.test(VERDICTS[verdicts[i] ?? -1] ?? ''));
  };
  const single = pairs(profile.runs.length).map(([a, b]) => compare([a], [b]));
  // one run a boot: several of one boot are no repetitions
  const firsts = [...new Set(boot)].map((of) => boot.indexOf(of));
  const halves = splits(firsts.length).map((half) =>
    compare(
      firsts.filter((_, i) => half.has(i)),
      firsts.filter((_, i) => !half.has(i)),
    ),
  );
  return {
    runs: {
      ...summary(single),
      anyChange: meanOf(single.map((c) => c.changed / Math.max(1, c.frames))),
    },
    boots:
      halves.length === 0
        ? null
        : {
            ...summary(halves),
            a: Math.floor(firsts.length / 2),
            b: Math.ceil(firsts.length / 2),
          },
  };
}

interface Counted {
  frames: number;
  changed: number;
  judged: number;
}

/** Frames with weight on either side, the root left out. */
function countFrames(tree: UnionTree, isJudged: (frame: number) => boolean): Counted {
  const [base, other] = [Float64Array.from(tree.base), Float64Array.from(tree.new)];
  addUp(base, tree.parent);
  addUp(other, tree.parent);
  const counted = { frames: 0, changed: 0, judged: 0 };
  for (let i = 1; i < base.length; i++) {
    if (base[i] === 0 && other[i] === 0) continue;
    counted.frames++;
    if (base[i] !== other[i]) counted.changed++;
    if (isJudged(i)) counted.judged++;
  }
  return counted;
}

function summary(of: readonly Counted[]) {
  return {
    comparisons: of.length,
    frames: meanOf(of.map((c) => c.frames)),
    pvflame: {
      share: meanOf(of.map((c) => c.judged / Math.max(1, c.frames))),
      any: of.filter((c) => c.judged > 0).length,
    },
  };
}

const meanOf = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;

/** All pairs of a few runs; of many each with the next one. */
function pairs(runs: number): [number, number][] {
  const all = Array.from({ length: runs }, (_, a) =>
    Array.from({ length: runs - a - 1 }, (_n, i): [number, number] => [a, a + 1 + i]),
  ).flat();
  if (all.length <= MOST_COMPARISONS) return all;
  return all.filter(([a, b]) => b === a + 1).slice(0, MOST_COMPARISONS);
}

/** Up to here all ways to halve the boots are listed: 252 of ten. */
const MOST_LISTED = 10;

/** Ways to halve the boots, each once; ten at most, spread over all of them. */
function splits(boots: number): Set<number>[] {
  if (boots < 4) return [];
  const size = Math.floor(boots / 2);
  // of more boots only the first ten change sides
  const listed = Math.min(boots, MOST_LISTED + (boots % 2));
  const halves = choices(listed, Math.floor(listed / 2))
    // two equal halves are one split: the one with the first boot stands for both
    .filter((half) => boots % 2 === 1 || half[0] === 0)
    .map((half) => new Set([...half, ...range(listed, listed + size - half.length)]));
  const stride = Math.max(1, halves.length / MOST_COMPARISONS);
  return range(0, Math.min(MOST_COMPARISONS, halves.length)).flatMap(
    (i) => halves[Math.floor(i * stride)] ?? [],
  );
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** All choices of `size` numbers under `n`, ascending. */
function choices(n: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return range(from, n - size + 1).flatMap((first) =>
    choices(n, size - 1, first + 1).map((rest) => [first, ...rest]),
  );
}
