/** A table's rows as text to paste elsewhere. */
import type { Cell, RowView, TableView } from './table.js';

function cellText({ text, sub }: Cell): string {
  return sub === undefined ? text : `${text} (${sub})`;
}

/** Tab-separated; tabs and line ends in names would be columns and rows, and become blanks. */
export function tableTsv(view: TableView, rows: readonly RowView[]): string {
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => cell.replace(/\s+/g, ' ')).join('\t')}\n`;
  return line(heads(view)) + rows.map((row) => line(row.cells.map(cellText))).join('');
}

/** A pipe table; all that Markdown would take for its own, in names above all, is escaped. */
export function tableMarkdown(view: TableView, rows: readonly RowView[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = view.heads.map((head) => (head.numeric ? '---:' : '---'));
  return (
    line(heads(view).map(escaped)) +
    line(rule) +
    rows.map((row) => line(row.cells.map((cell) => escaped(cellText(cell))))).join('')
  );
}

function heads(view: TableView): string[] {
  return view.heads.map(({ head, sub }) => (sub === undefined ? head : `${head} (${sub})`));
}

function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_{}[\]()#+!|~@>-]/g, (c) => `\\${c}`);
}
