import { windowBefore, type CodeWindow, type Place } from '../paravirt/index.js';
import { isPreciseEvent, isTimerEvent } from './events.js';

/** How far behind a site's first byte a sample still counts as the site's own. */
export type WindowRule = 'own-bytes' | 'near' | 'timer';

/** Bytes of the window of an event that skids: interrupts arrive a few instructions late. */
const NEAR_BYTES = 16;

/** Precise events hit the instruction itself; others skid; a timer cannot see irq sites at all. */
export function windowRule(event: string): WindowRule {
  if (isTimerEvent(event)) return 'timer';
  return isPreciseEvent(event) ? 'own-bytes' : 'near';
}

/**
 * The site (or native equivalent) that a sample at a place belongs to. A window never crosses the end
 * of its function; overlapping windows go to the nearest that begins before. `scale` widens or narrows
 * the window, to show how much hangs on it.
 */
export function windowAt(
  windows: readonly CodeWindow[],
  place: Place,
  rule: WindowRule,
  scale = 1,
): CodeWindow | undefined {
  const window = windowBefore(windows, place);
  if (window === undefined) return undefined;
  // what interrupts do to irq sites hides them from a timer; see `deferred`
  if (rule === 'timer' && window.op.startsWith('irq.')) return undefined;
  const bytes = rule === 'near' ? NEAR_BYTES : window.end - window.start;
  const end = Math.min(window.start + bytes * scale, window.limit);
  return place < end ? window : undefined;
}
