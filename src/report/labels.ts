import type { Profile } from '../profile/index.js';

/** What the two sides are called: what the user says, else the first of their marks that differs. */
export function sideLabels(
  base: Profile,
  other: Profile,
  given: { base: string | undefined; new: string | undefined },
): { base: string; new: string } {
  const marks = [
    (profile: Profile) => profile.runs[0]?.header.osRelease ?? null,
    (profile: Profile) => profile.runs[0]?.header.hostname ?? null,
    (profile: Profile) => profile.runs[0]?.path ?? null,
  ];
  for (const mark of marks) {
    const [b, n] = [mark(base), mark(other)];
    if (b !== null && n !== null && b !== n) return { base: given.base ?? b, new: given.new ?? n };
  }
  return { base: given.base ?? 'base', new: given.new ?? 'new' };
}
