/**
 * Colours say how much of the base total a frame gained or lost, on one fixed scale: the same
 * colour means the same number of points in every report, at every zoom.
 */
import { VERDICT_NOISE, VERDICT_TOO_LITTLE } from './codes.js';
import { isOp, type FrameTree } from './tree.js';
import type { Placed } from './cut.js';

/** Lower ends of the four steps, in points (percent of the base total). */
export const STEPS = [0.05, 0.25, 1, 4] as const;

/** Step of a change: 0 is neutral, 1 to 4 more, -1 to -4 less. */
export function stepOf(points: number | null): number {
  if (points === null) return 0;
  const size = Math.abs(points);
  let step = 0;
  for (const lower of STEPS) if (size >= lower) step += 1;
  return points < 0 ? -step : step;
}

/** A change of weight in points of the base total; null where base has nothing. */
export function pointsOf(change: number, baseTotal: number): number | null {
  if (change === 0) return 0;
  return baseTotal > 0 ? (change / baseTotal) * 100 : null;
}

/** How a frame looks. `step` 0 is grey. */
export interface Look {
  readonly step: number;
  readonly border: '' | 'new' | 'gone';
  readonly op: boolean;
  readonly moved: boolean;
  readonly fold: boolean;
}

/**
 * The look of a frame. Where significance was tested, only frames with a verdict of more or less
 * are coloured; where it was not, every frame shows its measured change and the legend says so.
 */
export function lookOf(tree: FrameTree, frame: Placed, baseTotal: number): Look {
  const fold = frame.fold > 0;
  const verdict = fold ? VERDICT_TOO_LITTLE : (tree.graph.nodes.verdict[frame.node] ?? 0);
  const silent = verdict === VERDICT_NOISE || (verdict === VERDICT_TOO_LITTLE && tree.tested);
  const step = silent ? 0 : stepOf(pointsOf(frame.new - frame.base, baseTotal));
  return {
    step,
    border: step === 0 || fold ? '' : oneSided(tree, frame),
    op: !fold && isOp(tree, frame.node),
    moved: !fold && (tree.graph.nodes.moved[frame.node] ?? 0) !== 0,
    fold,
  };
}

/** Whether only one side has the frame; weight that a view leaves out counts too. */
export function oneSided(
  tree: FrameTree,
  { node, base, new: newer, fold }: Placed,
): Look['border'] {
  const sides = fold > 0 ? 0 : (tree.sides?.[node] ?? 0);
  if (base === 0 && (sides & 1) === 0) return 'new';
  return newer === 0 && (sides & 2) === 0 ? 'gone' : '';
}

/** Name of a step's colour: z (neutral), m1 to m4 (more), l1 to l4 (less). */
export function stepClass(step: number): string {
  return step === 0 ? 'z' : `${step > 0 ? 'm' : 'l'}${String(Math.abs(step))}`;
}

/** CSS classes of a frame's rectangle. */
export function lookClasses(look: Look): string {
  const classes = [stepClass(look.step)];
  if (look.border !== '') classes.push(look.border);
  if (look.op) classes.push('op');
  if (look.fold) classes.push('fold');
  return classes.join(' ');
}

interface Ink {
  readonly fill: string;
  readonly text: string;
}

const dark = '#111111';
const pale = '#f4f4f4';

/** Fills and the text on them: orange for more, blue for less (told apart by most colour-blind). */
export const LIGHT: Readonly<Record<string, Ink>> = {
  z: { fill: '#e4e4e6', text: dark },
  m1: { fill: '#fde4d0', text: dark },
  m2: { fill: '#f9c195', text: dark },
  m3: { fill: '#f0913f', text: dark },
  m4: { fill: '#df6a0c', text: dark },
  l1: { fill: '#d9e9f7', text: dark },
  l2: { fill: '#a9cfef', text: dark },
  l3: { fill: '#64a9de', text: dark },
  l4: { fill: '#3c8fce', text: dark },
};
export const DARK: Readonly<Record<string, Ink>> = {
  z: { fill: '#3a3e45', text: pale },
  m1: { fill: '#56402f', text: pale },
  m2: { fill: '#84501f', text: pale },
  m3: { fill: '#d9772a', text: dark },
  m4: { fill: '#ffa04d', text: dark },
  l1: { fill: '#2d4257', text: pale },
  l2: { fill: '#255a88', text: pale },
  l3: { fill: '#4f9ad6', text: dark },
  l4: { fill: '#86c5f7', text: dark },
};

/** The fill for viewers that do not apply the page's style sheet. */
export function fallbackFill(step: number): string {
  return LIGHT[stepClass(step)]?.fill ?? '#e4e4e6';
}

function variables(inks: Readonly<Record<string, Ink>>): string {
  return Object.entries(inks)
    .map(([name, ink]) => `--${name}:${ink.fill};--${name}t:${ink.text};`)
    .join('');
}

/** The palette as CSS: custom properties and one rule a step, for frames and for swatches. */
export function paletteCss(): string {
  const rules = Object.keys(LIGHT)
    .map(
      (name) =>
        `.${name}{fill:var(--${name})}.${name}~text{fill:var(--${name}t)}` +
        `.${name}~foreignObject{color:var(--${name}t)}`,
    )
    .join('\n');
  return (
    `:root{${variables(LIGHT)}}\n` +
    `@media screen and (prefers-color-scheme:dark){:root{${variables(DARK)}}}\n${rules}\n`
  );
}
