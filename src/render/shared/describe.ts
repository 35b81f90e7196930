/** A frame in words: the label on it, the line for screen readers and the lines of its details. */
import { KIND_NAMES, KIND_TEXT, TOGETHER_PART, TOGETHER_SEVERAL, VERDICT_NAMES } from './codes.js';
import { lookOf, oneSided, pointsOf, type Look } from './colour.js';
import type { Placed } from './cut.js';
import {
  fixed,
  formatChange,
  formatPoints,
  formatShare,
  formatWeight,
  plural,
  signedShort,
  weightScale,
} from './numbers.js';
import { nodeDso, nodeName, type FrameTree } from './tree.js';
import { displayName } from './visible.js';

/** What the words need beside the frame. */
export interface GraphContext {
  readonly tree: FrameTree;
  /** The base total, of which shares and points are taken. */
  readonly baseTotal: number;
  readonly newTotal: number;
  readonly unit: string;
  /** What intervals and verdicts of frames leave out (noise.ts); "" where that is nothing. */
  readonly noise: string;
}

/** The name that a frame is shown under. */
export function frameName(tree: FrameTree, frame: Placed): string {
  if (frame.fold > 0) return `${plural(frame.fold, 'narrow frame')} folded`;
  return displayName(nodeName(tree, frame.node)) || '(no name)';
}

/** The text on a frame: the sign of its change, a mark where weight was moved, its name. */
export function frameLabel(tree: FrameTree, frame: Placed, look: Look): string {
  const sign = look.step > 0 ? '▲ ' : look.step < 0 ? '▼ ' : '';
  return `${sign}${look.moved ? '⇄ ' : ''}${look.fold ? '… ' : ''}${frameName(tree, frame)}`;
}

/** How a frame changed, in one phrase: new or gone only where the whole graph has it on one side. */
function framePhrase(context: GraphContext, frame: Placed): string {
  return changePhrase(context, frame.base, frame.new, oneSided(context.tree, frame));
}

/** A change in one phrase; `only` says where just one side has it. */
export function changePhrase(
  context: GraphContext,
  base: number,
  newer: number,
  only = base === 0 ? 'new' : newer === 0 ? 'gone' : '',
): string {
  const change = newer - base;
  if (change === 0) return 'no change';
  const points = pointsOf(change, context.baseTotal);
  const parts = [formatChange(change, context.unit)];
  if (points !== null) parts.push(formatPoints(points));
  if (only !== '') parts.push(only);
  else if (base !== 0) parts.push(`${signedShort((change / base) * 100)} % of its base`);
  return parts.join(', ');
}

function side(value: number, total: number, unit: string): string {
  const share = total > 0 ? ` (${formatShare((value / total) * 100)})` : '';
  return `${formatWeight(value, unit)}${share}`;
}

/** The line that a screen reader says for a frame. */
export function frameSentence(context: GraphContext, frame: Placed): string {
  return `${frameName(context.tree, frame)}: ${framePhrase(context, frame)}`;
}

/** The few lines of a frame's tooltip; the first is its name. */
export function frameLines(context: GraphContext, frame: Placed): string[] {
  return [
    frameName(context.tree, frame),
    `base ${side(frame.base, context.baseTotal, context.unit)}`,
    `new ${side(frame.new, context.newTotal, context.unit)}`,
    framePhrase(context, frame),
  ];
}

/** As `frameLines`, in fewer bytes: the static page repeats it for every frame. */
export function frameTitle(context: GraphContext, frame: Placed): string[] {
  const { unit, baseTotal } = context;
  const scale = weightScale(unit, Math.max(frame.base, frame.new));
  const weight = (value: number): string => fixed(value / scale.divisor, scale.decimals);
  const change = frame.new - frame.base;
  const points = change === 0 ? null : pointsOf(change, baseTotal);
  const moved = change === 0 ? 'no change' : points === null ? '' : formatPoints(points);
  return [
    frameName(context.tree, frame),
    `${weight(frame.base)} → ${weight(frame.new)} ${scale.noun}${moved === '' ? '' : `, ${moved}`}`,
  ];
}

const UNTESTED_WORDS: Readonly<Record<number, string>> = {
  [TOGETHER_SEVERAL]: 'not tested: frames of several places, drawn as one',
  [TOGETHER_PART]: 'not tested: this view leaves out part of its weight',
};

/** Everything the page can say about a frame, as pairs of term and text. */
export function frameDetails(context: GraphContext, frame: Placed): [string, string][] {
  const { tree, unit } = context;
  const { nodes } = tree.graph;
  const details: [string, string][] = [
    ['base', side(frame.base, context.baseTotal, unit)],
    ['new', side(frame.new, context.newTotal, unit)],
    ['change', framePhrase(context, frame)],
  ];
  if (frame.fold > 0) return details;
  const own = [nodes.base[frame.node] ?? 0, nodes.new[frame.node] ?? 0] as const;
  details.push([
    'self',
    `${formatWeight(own[0], unit)} to ${formatWeight(own[1], unit)} (${changePhrase(context, ...own)})`,
  ]);
  const kind = KIND_NAMES[nodes.kind[frame.node] ?? 0] ?? 'kernel';
  const dso = nodeDso(tree, frame.node);
  details.push(['what', KIND_TEXT[kind] + (dso === '' ? '' : ` in ${displayName(dso)}`)]);
  const verdict = VERDICT_NAMES[nodes.verdict[frame.node] ?? 3] ?? 'too little data';
  details.push([
    'verdict',
    UNTESTED_WORDS[tree.together?.[frame.node] ?? 0] ??
      verdict + (verdict === 'too little data' ? '' : context.noise),
  ]);
  const raw = rawNames(tree, frame.node);
  if (raw.length > 0) details.push(['recorded as', raw.map(displayName).join(', ')]);
  if (lookOf(tree, frame, context.baseTotal).moved) {
    const weight = formatWeight(nodes.moved[frame.node] ?? 0, unit);
    details.push(['moved', `${weight} counted here because the other build inlines it`]);
  }
  return details;
}

function rawNames(tree: FrameTree, node: number): string[] {
  const name = tree.graph.nodes.name[node];
  return tree.graph.raw.filter(([id]) => id === name).map(([, raw]) => raw);
}
