import type { RowView, TableView } from '../render/shared/table.js';
import { formatCount } from '../render/shared/numbers.js';
import { liveName } from './names.js';

/** Tables shorter than this need no filter. */
const SHORT = 8;

interface State {
  column: number;
  descending: boolean;
  filter: string;
  all: boolean;
}

/**
 * Makes the static tables sortable and filterable. Rows come from the report document, so sorting
 * sees all of them, not only those that stand in the page; nothing is computed before it is asked for.
 */
export function enlivenTables(views: () => readonly TableView[]): void {
  let made: readonly TableView[] | undefined;
  for (const table of document.querySelectorAll<HTMLTableElement>('table.data')) {
    const view = (): TableView | undefined =>
      (made ??= views()).find((candidate) => candidate.id === table.id);
    enliven(table, view);
  }
}

function enliven(table: HTMLTableElement, view: () => TableView | undefined): void {
  const state: State = { column: -1, descending: false, filter: '', all: false };
  const total = Number(table.dataset['rows'] ?? 0);
  const status = document.createElement('span');
  status.setAttribute('role', 'status');
  const show = (): void => {
    const data = view();
    if (data === undefined) return;
    const rows = select(data, state);
    const shown = state.all || state.filter !== '' ? rows : rows.slice(0, data.top);
    table.tBodies[0]?.replaceChildren(...shown.map((row) => rowElement(data, row)));
    status.textContent = `${formatCount(shown.length)} of ${formatCount(total)} rows`;
  };
  [...(table.tHead?.rows[0]?.cells ?? [])].forEach((head, column) => {
    sortable(head, () => {
      const numeric = view()?.heads[column]?.numeric === true;
      // Numbers begin with the largest, names with the first.
      state.descending = state.column === column ? !state.descending : numeric;
      state.column = column;
      for (const other of table.tHead?.rows[0]?.cells ?? []) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
      show();
    });
  });
  document.querySelector(`[data-rest="${table.id}"]`)?.remove();
  const drawn = table.tBodies[0]?.rows.length ?? 0;
  status.textContent = `${formatCount(drawn)} of ${formatCount(total)} rows`;
  if (total > SHORT) table.parentElement?.before(tools(table, state, status, total > drawn, show));
}

function sortable(head: HTMLTableCellElement, sort: () => void): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'sort';
  button.append(...head.childNodes);
  button.addEventListener('click', sort);
  head.append(button);
}

function tools(
  table: HTMLTableElement,
  state: State,
  status: HTMLElement,
  more: boolean,
  show: () => void,
): HTMLElement {
  const box = document.createElement('div');
  box.className = 'controls';
  const label = document.createElement('label');
  const input = document.createElement('input');
  input.type = 'search';
  input.autocomplete = 'off';
  input.spellcheck = false;
  input.dataset['filter'] = table.id;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      state.filter = input.value.trim().toLowerCase();
      show();
    }, 120);
  });
  label.append('Filter ', input);
  box.append(label);
  if (more) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Show all';
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => {
      state.all = !state.all;
      button.setAttribute('aria-pressed', String(state.all));
      show();
    });
    box.append(button);
  }
  box.append(status);
  return box;
}

function select(view: TableView, state: State): RowView[] {
  const holds = (row: RowView): boolean =>
    row.cells.some(({ text, sub = '' }) => `${text} ${sub}`.toLowerCase().includes(state.filter));
  const rows = state.filter === '' ? [...view.rows] : view.rows.filter(holds);
  if (state.column < 0) return rows;
  const sign = state.descending ? -1 : 1;
  return rows.sort((a, b) => sign * compare(a, b, state.column));
}

function compare(a: RowView, b: RowView, column: number): number {
  const [left, right] = [a.cells[column], b.cells[column]];
  if (left?.value !== undefined && right?.value !== undefined) return left.value - right.value;
  const [x, y] = [left?.text.toLowerCase() ?? '', right?.text.toLowerCase() ?? ''];
  return x < y ? -1 : x > y ? 1 : 0;
}

function rowElement(view: TableView, row: RowView): HTMLTableRowElement {
  const line = document.createElement('tr');
  if (row.quiet) line.className = 'quiet';
  row.cells.forEach((cell, i) => {
    const box = document.createElement(i === 0 ? 'th' : 'td');
    if (i === 0) box.scope = 'row';
    box.className = i > 0 && view.heads[i]?.numeric === true ? 'num' : 'name';
    box.append(cell.name === true ? liveName(cell.text) : cell.text);
    if (cell.sub !== undefined) {
      const sub = document.createElement('span');
      sub.className = 'sub';
      sub.textContent = cell.sub;
      box.append(sub);
    }
    line.append(box);
  });
  return line;
}
