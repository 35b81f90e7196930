/**
 * What is shown, as the part of the address behind '#': links lead to a frame by its path of names, so
 * that they hold in a report made again, and on file://.
 */
import type { View } from '../render/shared/derive.js';
import {
  at,
  nodeName,
  WIDTH_MODES,
  type FrameTree,
  type WidthMode,
} from '../render/shared/tree.js';

export interface Place {
  readonly view: View;
  /** Names from below the root to the zoomed frame. */
  readonly path: readonly string[];
  readonly width: WidthMode;
  /** Root at the bottom. */
  readonly flame: boolean;
  readonly search: string;
}

export const START: Place = {
  view: { kind: 'all' },
  path: [],
  width: 'larger',
  flame: false,
  search: '',
};

/** Longer addresses are cut by mail programs, and a path that long is no help to a reader. */
const LONGEST = 20_000;

/** The address's part for a place, '#' included; '' for the start. */
export function toHash(place: Place): string {
  const parts: string[] = [];
  const say = (key: string, value: string): void => {
    parts.push(`${key}=${encode(value)}`);
  };
  if (place.view.kind === 'around') say('around', place.view.name);
  else if (place.view.kind !== 'all') say('view', place.view.kind);
  if (place.path.length > 0) parts.push(`at=${place.path.map(encode).join('/')}`);
  if (place.width !== 'larger') say('width', place.width);
  if (place.flame) say('root', 'bottom');
  if (place.search !== '') say('search', place.search);
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

/** Reads an address; what it does not understand, it leaves at the start's value. Never throws. */
export function fromHash(hash: string): Place {
  const values = new Map<string, string>();
  for (const part of hash.slice(1, LONGEST).split('&')) {
    const equals = part.indexOf('=');
    if (equals > 0) values.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const text = (key: string): string => decode(values.get(key) ?? '');
  const view = text('view');
  const around = text('around');
  const path = values.get('at');
  return {
    view:
      around !== ''
        ? { kind: 'around', name: around }
        : { kind: view === 'kernel' || view === 'paravirt' ? view : 'all' },
    path: path === undefined || path === '' ? [] : path.split('/').map(decode),
    width: WIDTH_MODES.find((mode) => mode === text('width')) ?? 'larger',
    flame: text('root') === 'bottom',
    search: text('search'),
  };
}

/** Names from below the root down to a node. */
export function pathOf(tree: FrameTree, node: number): string[] {
  const names: string[] = [];
  for (let i = node; i > 0; i = at(tree.parent, i)) names.push(nodeName(tree, i));
  return names.reverse();
}

/** The node at the end of a path, or the last one on the way that exists; `missing` names are left over. */
export function findPath(
  tree: FrameTree,
  path: readonly string[],
): { node: number; missing: number } {
  let node = 0;
  for (const [level, name] of path.entries()) {
    let child = node + 1;
    const end = tree.size === 0 ? 0 : at(tree.end, node);
    while (child < end && nodeName(tree, child) !== name) child = at(tree.end, child);
    if (child >= end) return { node, missing: path.length - level };
    node = child;
  }
  return { node, missing: 0 };
}

function encode(text: string): string {
  // a lone surrogate has no encoding
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
