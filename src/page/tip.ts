import type { LaidOut, Tooltip } from 'd3-flame-graph';
import type { Placed } from '../render/shared/cut.js';
import type { ChartFrame } from './chart-data.js';

const GAP = 14;

/** A tooltip that only ever holds text, stays inside the window and is not in the pointer's way. */
export function makeTip(lines: (frame: Placed) => string[]): Tooltip<ChartFrame> {
  const box = document.createElement('div');
  box.className = 'tip';
  box.hidden = true;
  const place = (event: MouseEvent): void => {
    const { width, height } = box.getBoundingClientRect();
    const x = Math.min(event.clientX + GAP, window.innerWidth - width - GAP);
    const below = event.clientY + GAP;
    const y = below + height > window.innerHeight ? event.clientY - height - GAP : below;
    box.style.left = `${String(Math.max(0, x))}px`;
    box.style.top = `${String(Math.max(0, y))}px`;
  };
  const tip = (): void => {
    document.body.append(box);
  };
  tip.show = (event: MouseEvent, d: LaidOut<ChartFrame>): void => {
    box.replaceChildren(
      ...lines(d.data.frame).map((line, i) => {
        const part = document.createElement(i === 0 ? 'b' : 'span');
        part.textContent = line;
        return part;
      }),
    );
    box.hidden = false;
    place(event);
  };
  tip.hide = (): void => {
    box.hidden = true;
  };
  return tip;
}
