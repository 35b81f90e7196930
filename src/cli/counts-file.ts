import { inputError } from '../errors.js';
import type { Counts } from '../report/validate-rows.js';
import { printable } from './printable.js';
import { readSmallFile } from './small-file.js';

const MOST_BYTES = 64 << 20;

/**
 * Reads --counts: how often sites or ops were executed, tab-separated. Either two columns, a site
 * (`function+0x1c`) or an op (`mmu.set_pte`) and its executions; or columns named by a first line that has
 * `executions`, `symbol` and `symoff`. Lines that begin with # are comments. Throws UserError (exit status 3)
 * with the line at fault; a site that is given twice is refused, its sum would be a guess.
 */
export function readCounts(path: string): Counts {
  const text = readSmallFile(path, 'a table of executions', MOST_BYTES).toString('utf8');
  const sites = new Map<string, number>();
  const ops = new Map<string, number>();
  let columns: { executions: number; symbol: number; offset: number } | undefined;
  let hasLines = false;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const cells = line.split('\t');
    const fail = (what: string) =>
      inputError(
        `${path}:${i + 1}`,
        what,
        'give lines of SITE (function+0x1c, or an op such as mmu.set_pte), a tab, and its executions',
      );
    if (!hasLines && cells.includes('executions')) {
      const at = (name: string) => cells.indexOf(name);
      columns = { executions: at('executions'), symbol: at('symbol'), offset: at('symoff') };
      if (columns.symbol < 0 || columns.offset < 0)
        throw fail('the first line names executions, but not symbol and symoff');
      hasLines = true;
      continue;
    }
    hasLines = true;
    const [name, count] =
      columns === undefined
        ? [cells[0] ?? '', cells[1]]
        : [
            `${cells[columns.symbol] ?? ''}+${cells[columns.offset] ?? ''}`,
            cells[columns.executions],
          ];
    if (columns === undefined && cells.length !== 2)
      throw fail(`has ${cells.length} columns, two are expected`);
    if (count === undefined || !/^\d+(?:\.\d+)?$/.test(count))
      throw fail(`'${printable(count ?? '')}' is no number of executions`);
    const site = /^(.+)\+(?:0x)?([0-9a-f]+)$/i.exec(name);
    const key =
      site === null
        ? name
        : `${site[1] ?? ''}+0x${Number.parseInt(site[2] ?? '', 16).toString(16)}`;
    if (site === null && !/^\w+\.[\w()]+$/.test(name))
      throw fail(`'${printable(name)}' is neither function+0xoffset nor an op`);
    const table = site === null ? ops : sites;
    if (table.has(key)) throw fail(`${printable(key)} is given twice`);
    table.set(key, Number(count));
  }
  if (sites.size + ops.size === 0)
    throw inputError(path, 'holds no executions', 'give lines of SITE, a tab, and its executions');
  return { sites, ops };
}
