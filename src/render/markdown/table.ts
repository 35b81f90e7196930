import { formatCount } from '../shared/numbers.js';
import type { Cell, TableView } from '../shared/table.js';
import { code } from './escape.js';

/** A table under its title; recorded names as code. Only the rows that are shown at first. */
export function tableSection(title: string, view: TableView): string[] {
  if (view.rows.length === 0) return [`**${title}**: none`];
  const cell = ({ text, sub, name }: Cell) => {
    const main = name === true ? code(text) : text;
    const below = sub === undefined ? '' : ` ${name === true ? code(sub) : sub}`;
    return `${main}${below}`.replaceAll('|', '\\|');
  };
  const head = ({ head: text, sub }: TableView['heads'][number]) =>
    (sub === undefined ? text : `${text}, ${sub}`).replaceAll('|', '\\|');
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = view.rows.slice(0, view.top);
  return [
    `**${title}**, ${formatCount(shown.length)} of ${formatCount(view.rows.length)}`,
    '',
    line(view.heads.map(head)),
    line(view.heads.map(({ numeric }) => (numeric ? '--:' : ':--'))),
    ...shown.map((row) => line(row.cells.map(cell))),
  ];
}
