import type { FrameTable } from '../ingest/index.js';
import { kernelFrames } from '../profile/index.js';
import { mayHaveOp, pvSymbol, type KernelOps, type PvSymbol } from './catalogue/index.js';
import {
  canonicalKernelDso,
  canonicalSymbol,
  isClocksourceReader,
  isHypercallStub,
  isInterruptEntry,
  isReturnThunk,
  isWaiting,
} from './symbols.js';

/** What the kernel's own structure says of a frame, apart from paravirt. */
export type FrameKind =
  'user' | 'kernel' | 'entry' | 'return-thunk' | 'waiting' | 'hypercall' | 'clocksource';

/** Properties of a recording's frames, by frame id. */
export interface FrameFacts {
  kind: FrameKind[];
  /** Canonical symbol of kernel frames; user frames as recorded, unknown ones by their dso. */
  name: string[];
  /** Canonical dso. */
  dso: string[];
  pv: (PvSymbol | undefined)[];
}

export interface FactOptions {
  /** Keep symbols as recorded (`--exact-symbols`); classification still uses canonical names. */
  exactSymbols: boolean;
  /**
   * All kernels that are compared. A function counts as an op's on all of them, so that the same work cancels, unless the op
   * is gone from all.
   */
  kernels: readonly KernelOps[];
}

/** What a kernel symbol is; takes names as recorded. */
export function classifySymbol(
  symbol: string,
  kernels: readonly KernelOps[],
): { kind: FrameKind; pv: PvSymbol | undefined } {
  const { kind, pv } = kernelSymbol(symbol, kernels);
  return { kind, pv };
}

/** Classifies every frame of a table once. */
export function frameFacts(frames: FrameTable, options: FactOptions): FrameFacts {
  const { size, strings } = frames;
  const facts: FrameFacts = {
    kind: new Array<FrameKind>(size),
    name: new Array<string>(size),
    dso: new Array<string>(size),
    pv: new Array<PvSymbol | undefined>(size),
  };
  const isKernel = kernelFrames(frames);
  const { symbol: symbolOf, dso: dsoOf } = frames;
  // many frames share few names: each is worked out once
  const texts: (string | undefined)[] = [];
  const symbols: (KernelSymbol | undefined)[] = [];
  const dsos: (string | undefined)[] = [];
  for (let id = 0; id < size; id++) {
    const symbol = symbolOf[id] ?? 0;
    const dso = dsoOf[id] ?? 0;
    const text = (texts[symbol] ??= strings.text(symbol));
    if (isKernel[id] !== 1) {
      const dsoText = (texts[dso] ??= strings.text(dso));
      facts.kind[id] = 'user';
      facts.name[id] = text === '[unknown]' || text === '' ? unknownIn(dsoText) : text;
      facts.dso[id] = dsoText;
      facts.pv[id] = undefined;
      continue;
    }
    const known = (symbols[symbol] ??= kernelSymbol(text, options.kernels));
    facts.kind[id] = known.kind;
    facts.name[id] = options.exactSymbols ? text : known.canonical;
    facts.dso[id] = dsos[dso] ??= canonicalKernelDso(strings.text(dso));
    facts.pv[id] = known.pv;
  }
  return facts;
}

interface KernelSymbol {
  canonical: string;
  kind: FrameKind;
  pv: PvSymbol | undefined;
}

function kernelSymbol(symbol: string, kernels: readonly KernelOps[]): KernelSymbol {
  const canonical = canonicalSymbol(symbol);
  const pv = pvSymbol(canonical);
  // a thunk or trampoline is there for the op alone
  const isOnly = pv?.role === 'thunk' || pv?.role === 'trampoline';
  const keeps = pv !== undefined && (isOnly || kernels.some((kernel) => mayHaveOp(pv.op, kernel)));
  return { canonical, kind: kernelKind(canonical), pv: keeps ? pv : undefined };
}

function kernelKind(symbol: string): FrameKind {
  if (isInterruptEntry(symbol)) return 'entry';
  if (isReturnThunk(symbol)) return 'return-thunk';
  if (isWaiting(symbol)) return 'waiting';
  if (isHypercallStub(symbol)) return 'hypercall';
  if (isClocksourceReader(symbol)) return 'clocksource';
  return 'kernel';
}

function unknownIn(dso: string): string {
  if (dso === '' || dso === '[unknown]') return '[unknown]';
  return `[${dso.slice(dso.lastIndexOf('/') + 1)}]`;
}
