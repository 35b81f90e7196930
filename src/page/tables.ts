import type { RowView, TableView } from '../render/shared/table.js';
import { formatCount, plural } from '../render/shared/numbers.js';
import { tableMarkdown, tableTsv } from '../render/shared/table-copy.js';
import { displayName } from '../render/shared/visible.js';
import { copyText } from './copy.js';
import { liveName } from './names.js';

/** Tables shorter than this need no filter. */
const SHORT = 8;

/** The tables of the page. */
export interface Tables {
  /** Shows the rows of a name and scrolls to them; false where there are none. */
  show(name: string): boolean;
}

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
export function enlivenTables(views: () => readonly TableView[]): Tables {
  let made: readonly TableView[] | undefined;
  const filters: ((name: string) => HTMLElement | null)[] = [];
  for (const table of document.querySelectorAll<HTMLTableElement>('table.data')) {
    const view = (): TableView | undefined =>
      (made ??= views()).find((candidate) => candidate.id === table.id);
    filters.push(enliven(table, view));
  }
  return {
    show(name) {
      const found = filters.map((filter) => filter(name)).find((table) => table !== null);
      found?.scrollIntoView({ block: 'center' });
      return found !== undefined;
    },
  };
}

/** Returns what filters the table for a name, where it has rows of it: then it gives the table. */
function enliven(
  table: HTMLTableElement,
  view: () => TableView | undefined,
): (name: string) => HTMLElement | null {
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
  const { box, input } = tools(table, state, status, total > drawn, show, view);
  table.parentElement?.before(box);
  return (name) => {
    const wanted = displayName(name.replace(/^pv:/, ''));
    const named = (row: RowView): boolean =>
      row.cells.some((cell) => cell.name === true && cell.text === wanted);
    if (view()?.rows.some(named) !== true) return null;
    input.value = wanted;
    state.filter = wanted.toLowerCase();
    show();
    return table;
  };
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
  view: () => TableView | undefined,
): { box: HTMLElement; input: HTMLInputElement } {
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
  const name = table.getAttribute('aria-label') ?? '';
  input.setAttribute('aria-label', `Filter: ${name}`);
  label.append('Filter ', input);
  if (Number(table.dataset['rows'] ?? 0) > SHORT) box.append(label);
  if (more) {
    const all = button('Show all', name, () => {
      state.all = !state.all;
      all.setAttribute('aria-pressed', String(state.all));
      show();
    });
    all.setAttribute('aria-pressed', 'false');
    box.append(all);
  }
  const copy = (write: (view: TableView, rows: readonly RowView[]) => string) => (): void => {
    const data = view();
    if (data === undefined) return;
    const rows = select(data, state);
    void copyText(box, write(data, rows)).then((done) => {
      status.textContent = done
        ? `${plural(rows.length, 'row')} copied`
        : `${plural(rows.length, 'row')} to copy below`;
    });
  };
  box.append(
    button('Copy TSV', name, copy(tableTsv)),
    button('Copy Markdown', name, copy(tableMarkdown)),
  );
  box.append(status);
  return { box, input };
}

/** `of` tells it apart from the same button of another table, to who does not see where it stands. */
function button(text: string, of: string, action: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.setAttribute('aria-label', `${text}: ${of}`);
  made.addEventListener('click', action);
  return made;
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
