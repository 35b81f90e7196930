import { frameDetails, frameName, type GraphContext } from '../render/shared/describe.js';
import type { Placed } from '../render/shared/cut.js';

/** Shows everything about the frame under the pointer or the focus. Text only. */
export function showDetails(panel: HTMLElement, context: GraphContext, frame: Placed): void {
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
}
