import type { FrameTree, WidthMode } from '../render/shared/tree.js';
import { at, nodeName, WIDTH_MODES } from '../render/shared/tree.js';
import { displayName } from '../render/shared/visible.js';
import { element } from './document.js';
import type { Place } from './location.js';

/** What the controls ask of the page. */
export interface Actions {
  search(term: string): void;
  reset(): void;
  around(): void;
  change(part: Partial<Place>): void;
}

const select = (id: string): HTMLSelectElement => element(id) as HTMLSelectElement;
const searchBox = (): HTMLInputElement => element('search') as HTMLInputElement;

/** Search box, selects and buttons. Typing searches after a short pause; Escape clears. */
export function listenToControls(actions: Actions): void {
  const input = searchBox();
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
  element('around').addEventListener('click', () => {
    actions.around();
  });
  element('reset').addEventListener('click', () => {
    actions.reset();
  });
  const on = (id: string, change: (value: string) => Partial<Place>): void => {
    select(id).addEventListener('change', () => {
      actions.change(change(select(id).value));
    });
  };
  on('width', (value) => ({ width: widthMode(value) }));
  on('root', (value) => ({ flame: value === 'bottom' }));
  on('comm', (value) => ({ path: value === '' ? [] : [value] }));
  on('view', (value) => ({
    view: { kind: value === 'kernel' || value === 'paravirt' ? value : 'all' },
    path: [],
  }));
}

function widthMode(value: string): WidthMode {
  return WIDTH_MODES.find((mode) => mode === value) ?? 'larger';
}

/** Lists the process names: the frames right below the root, heaviest first. */
export function listComms(tree: FrameTree): void {
  const comms: { name: string; weight: number }[] = [];
  for (let i = 1; i < tree.size; i = at(tree.end, i))
    comms.push({ name: nodeName(tree, i), weight: at(tree.base, i) + at(tree.new, i) });
  comms.sort((a, b) => b.weight - a.weight);
  for (const { name } of comms) select('comm').append(new Option(displayName(name), name));
  element('comm-label').hidden = comms.length < 2;
}

/** Makes the controls say what is shown, however it came to be (an address, back, forward). */
export function showPlace(place: Place, zoomed: boolean): void {
  const { view } = place;
  select('width').value = place.width;
  select('root').value = place.flame ? 'bottom' : 'top';
  select('view').value = view.kind;
  select('comm').value = view.kind === 'around' ? '' : (place.path[0] ?? '');
  if (select('comm').selectedIndex < 0) select('comm').value = '';
  if (document.activeElement !== searchBox()) searchBox().value = place.search;
  (element('reset') as HTMLButtonElement).disabled = !zoomed && view.kind === 'all';
}
