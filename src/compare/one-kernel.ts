import type { FrameFacts } from '../paravirt/index.js';
import { columnOf, type Profile, type Run } from '../profile/index.js';
import { functionStarts, sameStarts } from './same-image.js';

/**
 * The first run that is no recording of the same kernel image as the first one, and what tells: os release,
 * build id, or functions that lie elsewhere. Undefined where nothing speaks against one kernel.
 */
export function otherKernel(
  profile: Profile,
  facts: FrameFacts,
  event: string,
): { run: Run; why: string } | undefined {
  const [first, ...others] = profile.runs;
  if (first === undefined) return undefined;
  const starts = (run: Run) => functionStarts({ profile, facts }, framesOf(profile, run, event));
  const ofFirst = starts(first);
  for (const run of others) {
    const release = [first.header.osRelease, run.header.osRelease];
    if (release.every((r) => r !== null) && release[0] !== release[1])
      return { run, why: `was recorded on Linux ${release[1]}, ${first.path} on ${release[0]}` };
    if (first.buildId !== null && run.buildId !== null && first.buildId !== run.buildId)
      return { run, why: `has build id ${run.buildId}, ${first.path} ${first.buildId}` };
    if (sameStarts(ofFirst, starts(run)) === false)
      return { run, why: `its kernel functions lie elsewhere than those of ${first.path}` };
  }
  return undefined;
}

/** Which frames occur in a run. */
function framesOf(profile: Profile, run: Run, event: string): (frame: number) => boolean {
  const { stacks, frames } = profile;
  const column = columnOf(run, event);
  const seen = new Uint8Array(stacks.size);
  const used = new Uint8Array(frames.size);
  for (let node = stacks.size - 1; node >= 0; node--) {
    if (seen[node] === 0 && (column?.count(node) ?? 0) === 0) continue;
    const [key, parent] = [stacks.key(node), stacks.parent(node)];
    if (key >= 0) used[key] = 1;
    if (parent >= 0) seen[parent] = 1;
  }
  return (frame) => used[frame] === 1;
}
