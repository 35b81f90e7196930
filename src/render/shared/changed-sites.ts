import { plural } from './numbers.js';

/** Below it, votes so unlike are hardly of a site that ran alike on both sides. */
const CHANCE = 0.05;

/** "28 sites seen in another state, 15 of them beyond chance (5 % each)": one vote is enough to name a state. */
export function changedWords(sites: readonly { chance: number | null }[]): string {
  if (sites.length === 0) return 'no site seen in another state';
  const sure = sites.filter(({ chance }) => chance !== null && chance < CHANCE).length;
  const beyond = sure === sites.length ? 'all' : sure === 0 ? 'none' : `${sure} of them`;
  return `${plural(sites.length, 'site')} seen in another state, ${beyond} beyond chance (5 % each)`;
}
