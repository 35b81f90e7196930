import type { FrameTable } from '../ingest/index.js';
import { foldFrameName, type FoldNameOptions } from './fold-names.js';

const UNSEEN = -1;

/** Ids of the frames' names, found once a frame: most have one, some several, some none. */
export class FrameNames {
  /** A frame's name id; below `UNSEEN` it has several names or none. */
  private readonly found: Int32Array;
  private readonly lists: number[][] = [];
  /** Many frames differ in their address only, which is in no name. */
  private readonly alike = new Map<number, number>();

  constructor(
    private readonly frames: FrameTable,
    private readonly java: boolean,
    /** Gives names their ids. */
    private readonly texts: { id(name: string): number },
    private readonly options: FoldNameOptions,
  ) {
    this.found = new Int32Array(frames.size).fill(UNSEEN);
  }

  of(frame: number): number {
    const found = this.found[frame] ?? UNSEEN;
    return found === UNSEEN ? (this.found[frame] = this.ofSymbol(frame)) : found;
  }

  /** The ids behind a result of `of` that is below 0. */
  several(name: number): readonly number[] {
    return this.lists[UNSEEN - 1 - name] ?? [];
  }

  private ofSymbol(frame: number): number {
    const { symbol: symbols, dso, strings, inlined } = this.frames;
    const symbol = symbols[frame] ?? 0;
    const text = strings.text(symbol);
    const { kernel, jit, addrs } = this.options;
    if (addrs && text === '[unknown]') return this.make(frame, text);
    // without marks only a frame without a symbol takes its name from elsewhere
    const where = (dso[frame] ?? 0) * 2 + (inlined[frame] ?? 0);
    const key =
      kernel || jit
        ? symbol * 2 * strings.size + where
        : text === '[unknown]'
          ? -1 - where
          : symbol;
    let name = this.alike.get(key);
    if (name === undefined) this.alike.set(key, (name = this.make(frame, text)));
    return name;
  }

  private make(frame: number, symbol: string): number {
    const { options } = this;
    if (!this.java && !options.kernel && !options.jit && isPlain(symbol))
      return this.texts.id(symbol);
    const name = foldFrameName(this.frames, frame, options, this.java);
    const names = name === '' ? [] : name.split(';').map((part) => this.texts.id(part));
    const [only] = names;
    if (only !== undefined && names.length === 1) return only;
    this.lists.push(names);
    return UNSEEN - this.lists.length;
  }
}

/** Symbols in which `foldFrameName` has nothing to change, as nearly all are. */
function isPlain(symbol: string): boolean {
  return (
    symbol !== '' &&
    symbol !== '[unknown]' &&
    !symbol.includes('(') &&
    !symbol.includes(';') &&
    !symbol.includes('->')
  );
}
