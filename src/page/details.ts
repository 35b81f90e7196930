import { frameDetails, frameName, type GraphContext } from '../render/shared/describe.js';
import type { Placed } from '../render/shared/cut.js';

export interface DetailActions {
  around(): void;
  /** Shows the frame's rows in the tables; false where there are none. */
  rows(): boolean;
}

/** Shows everything about the frame under the pointer or the focus. Text only. */
export function showDetails(
  panel: HTMLElement,
  context: GraphContext,
  frame: Placed,
  actions: DetailActions,
): void {
  const title = document.createElement('b');
  title.textContent = frameName(context.tree, frame);
  const list = document.createElement('dl');
  for (const [term, text] of frameDetails(context, frame)) {
    const dt = document.createElement('dt');
    dt.textContent = term;
    const dd = document.createElement('dd');
    dd.textContent = text;
    list.append(dt, dd);
  }
  panel.replaceChildren(title, list);
  if (frame.fold > 0 || frame.node === 0) return;
  const buttons = document.createElement('p');
  buttons.className = 'controls';
  const rows = button('Rows in the tables', () => {
    if (actions.rows()) return;
    rows.textContent = 'No row in the tables';
    // disabled it would lose the focus
    rows.setAttribute('aria-disabled', 'true');
  });
  buttons.append(button('Callers and callees', actions.around), rows);
  panel.append(buttons);
}

function button(text: string, action: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', action);
  return made;
}
