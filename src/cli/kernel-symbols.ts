import { inputError } from '../errors.js';
import type { FrameFacts } from '../paravirt/index.js';
import { columnOf, type Profile } from '../profile/index.js';

/** A run without a single kernel symbol would compare nothing with something (exit status 3). */
export function requireSymbols(
  profile: Profile,
  facts: FrameFacts,
  event: string,
  paths: readonly string[],
  kallsymsOption?: string,
): void {
  const { stacks, frames } = profile;
  profile.runs.forEach((run, i) => {
    const column = columnOf(run, event);
    let isUnknown = false;
    for (let node = 0; node < (column?.length ?? 0); node++) {
      const frame = stacks.key(node);
      if (frame < 0 || facts.kind[frame] === 'user' || column?.count(node) === 0) continue;
      const symbol = frames.strings.text(frames.symbol[frame] ?? 0);
      if (symbol !== '[unknown]' && symbol !== '') return;
      isUnknown = true;
    }
    if (!isUnknown) return;
    throw inputError(
      paths[i] ?? run.path,
      'all kernel symbols are [unknown]',
      'run perf script as root with kernel.kptr_restrict=0' +
        (kallsymsOption === undefined
          ? ''
          : `; for perf.data give ${kallsymsOption}, a copy of /proc/kallsyms`),
    );
  });
}
