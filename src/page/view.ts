import {
  calleesTree,
  callersTree,
  hasName,
  kernelTree,
  paravirtTree,
  type View,
} from '../render/shared/derive.js';
import type { GraphContext } from '../render/shared/describe.js';
import { displayName } from '../render/shared/visible.js';

/** What the graph boxes show: one tree, or a function's callers above its callees. */
export interface Shown {
  readonly main: GraphContext;
  readonly callers: GraphContext | null;
  /** What a reader has to know about a view other than the whole; "" for that. */
  readonly words: string;
}

/** The trees of a view; null where the report has no frame of that name. */
export function shownView(whole: GraphContext, view: View): Shown | null {
  const of = (tree: GraphContext['tree']): GraphContext => ({ ...whole, tree });
  switch (view.kind) {
    case 'all':
      return { main: whole, callers: null, words: '' };
    case 'kernel':
      return {
        main: of(kernelTree(whole.tree)),
        callers: null,
        words:
          'Kernel frames only; the weight of user space is left out. Kernel frames under several user-space frames are drawn as one, which was not tested and is grey.',
      };
    case 'paravirt':
      return {
        main: of(paravirtTree(whole.tree)),
        callers: null,
        words:
          'Only what was measured in paravirt ops and the code behind them, with the frames that lead there. Frames that lead there hold other weight too, were not tested for this part, and are grey.',
      };
    case 'around':
      if (!hasName(whole.tree, view.name)) return null;
      return {
        main: of(calleesTree(whole.tree, view.name)),
        callers: of(callersTree(whole.tree, view.name)),
        words: `Around ${displayName(view.name)}: its callers above, nearest first, its callees below, over all its places in the graph. Frames taken together were not tested: colours show the measured change.`,
      };
  }
}
