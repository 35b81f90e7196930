import { WIDTH_MODES, type WidthMode } from '../render/shared/tree.js';
import { element } from './document.js';

/** What the controls ask of the page. */
export interface Actions {
  search(term: string): void;
  reset(): void;
  widths(mode: WidthMode): void;
}

/** Search box, width and reset. Typing searches after a short pause; Escape clears. */
export function listenToControls(actions: Actions): void {
  const input = element('search') as HTMLInputElement;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      actions.search(input.value);
    }, 30);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    input.value = '';
    actions.search('');
  });
  element('paravirt').addEventListener('click', () => {
    // Frames of ops are named pv:group.member.
    input.value = 'pv:';
    actions.search(input.value);
  });
  element('reset').addEventListener('click', () => {
    actions.reset();
  });
  const select = element('width') as HTMLSelectElement;
  select.addEventListener('change', () => {
    actions.widths(WIDTH_MODES.find((mode) => mode === select.value) ?? 'larger');
  });
}

/** Puts a name into the search box and shows where it is in the graph. */
export function searchFor(name: string, actions: Actions): void {
  (element('search') as HTMLInputElement).value = name;
  actions.search(name);
  element('graph-h').scrollIntoView();
}
