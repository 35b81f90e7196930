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
    }, 120);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    input.value = '';
    actions.search('');
  });
  element('reset').addEventListener('click', () => {
    actions.reset();
  });
  const select = element('width') as HTMLSelectElement;
  select.addEventListener('change', () => {
    actions.widths(WIDTH_MODES.find((mode) => mode === select.value) ?? 'larger');
  });
}

/** Names in the tables search for themselves in the graph. */
export function listenToNames(actions: Actions): void {
  const input = element('search') as HTMLInputElement;
  for (const name of document.querySelectorAll<HTMLElement>('code[data-find]')) {
    const find = (): void => {
      // A shortened name ends in …, which no recorded name does.
      input.value = (name.dataset['find'] ?? '').replace(/…$/, '');
      actions.search(input.value);
      element('graph-h').scrollIntoView();
    };
    name.classList.add('go');
    name.setAttribute('role', 'button');
    name.setAttribute('tabindex', '0');
    name.addEventListener('click', find);
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      find();
    });
  }
}
