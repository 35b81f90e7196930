import { isFoldKernelDso, foldFrameName } from './fold-names.js';
import type { Profile } from './profile.js';
import { columnOf } from './profile.js';
import { taskName } from './stacks.js';

export interface FoldOptions {
  event: string;
  /** Mark kernel frames `_[k]`. */
  kernel: boolean;
  /** Mark frames of just-in-time compiled code `_[j]`. */
  jit: boolean;
  /** Print addresses of frames without a symbol. */
  addrs: boolean;
}

/**
 * Folded stacks of a profile, all runs added, as `root;...;leaf weight` lines in bytewise order of
 * the stack. Names are those of stackcollapse-perf.pl and inferno-collapse-perf (docs/fold.md).
 */
export function foldProfile(profile: Profile, options: FoldOptions): string[] {
  const weights = foldWeights(profile, options);
  return [...weights]
    .map(([stack, weight]) => [Buffer.from(stack, 'utf8'), weight] as const)
    .sort(([a], [b]) => Buffer.compare(a, b))
    .map(([stack, weight]) => `${stack.toString('utf8')} ${weight}`);
}

/** Folded stack to weight. */
export function foldWeights(profile: Profile, options: FoldOptions): Map<string, number> {
  const { stacks, frames } = profile;
  const paths = new Array<string | undefined>(stacks.size);
  const java = new Array<boolean>(stacks.size);
  const weights = new Map<string, number>();
  // parents stand before children, so one pass names every node
  for (let node = 0; node < stacks.size; node++) {
    const key = stacks.key(node);
    if (key < 0) {
      const comm = frames.strings.text(taskName(key)).trim().replaceAll(' ', '_');
      paths[node] = comm;
      java[node] = comm.startsWith('java');
      continue;
    }
    const parent = stacks.parent(node);
    const isJava = java[parent] ?? false;
    java[node] = isJava;
    const name = foldFrameName(frames, key, options, isJava);
    paths[node] = name === '' ? paths[parent] : `${paths[parent] ?? ''};${name}`;
  }
  for (const run of profile.runs) {
    const column = columnOf(run, options.event);
    if (column === undefined) continue;
    for (let node = 0; node < column.length; node++) {
      if (column.count(node) === 0) continue;
      const path = paths[node] ?? '';
      weights.set(path, (weights.get(path) ?? 0) + column.weight(node));
    }
  }
  return weights;
}

export { isFoldKernelDso };
