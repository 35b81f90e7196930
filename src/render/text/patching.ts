import { SITE_STATES, type Report } from '../../report/schema.js';
import { changedWords } from '../shared/changed-sites.js';
import { formatOdds, plural } from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { wrap } from './layout.js';
import { siteOffset } from './rows.js';

const MOST_CHANGED = 5;

/** What boot-time patching made of the sites, as far as samples show it. */
export function patching(report: Report): string[] {
  const { base, new: other, changed } = report.patching;
  const { images } = report;
  if (images === null && changed.length === 0) return [];
  const count = (side: typeof base, sites: number | undefined) =>
    sites === 0
      ? 'its image has no sites'
      : SITE_STATES.filter((state) => side[state].sites > 0)
          .map((state) => `${side[state].sites} ${state}`)
          .join(', ') || 'no site seen';
  const lines = [
    'PATCHING, state of the sites that samples show',
    ...wrap(`  base  ${count(base, images?.base.sites)}`, '        '),
    ...wrap(`  new   ${count(other, images?.new.sites)}`, '        '),
  ];
  if (changed.length === 0) {
    const both = images === null || (images.base.sites > 0 && images.new.sites > 0);
    return both ? [...lines, '  No site is seen in two states.'] : lines;
  }
  const sites = changed.flatMap((index) => report.sites[index] ?? []);
  lines.push(`  ${changedWords(sites)}:`);
  const shown = changed.slice(0, MOST_CHANGED);
  for (const index of shown) {
    const site = report.sites[index];
    if (site === undefined) continue;
    const offset = siteOffset(images === null ? site.returnOffset : site.offset);
    const chance = site.chance === null ? '' : `, by chance ${formatOdds(site.chance)}`;
    lines.push(
      ...wrap(`  ${displayName(site.function)}${offset} ${displayName(site.op)}`, '    '),
      ...wrap(
        `      ${site.state.base} -> ${site.state.new}; told by ${site.votes.base} and ${plural(site.votes.new, 'sample')}${chance}`,
        '      ',
      ),
    );
  }
  if (changed.length > shown.length) lines.push(`  and ${changed.length - shown.length} more`);
  return lines;
}
