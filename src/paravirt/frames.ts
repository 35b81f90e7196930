import type { FrameTable } from '../ingest/index.js';
import { isKernelFrame } from '../profile/index.js';
import { pvSymbol, type PvSymbol } from './catalogue/index.js';
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
}

/** What a kernel symbol is; takes names as recorded. */
export function classifySymbol(symbol: string): { kind: FrameKind; pv: PvSymbol | undefined } {
  const canonical = canonicalSymbol(symbol);
  return { kind: kernelKind(canonical), pv: pvSymbol(canonical) };
}

/** Classifies every frame of a table once. */
export function frameFacts(frames: FrameTable, options: FactOptions): FrameFacts {
  const facts: FrameFacts = { kind: [], name: [], dso: [], pv: [] };
  const byName = new Map<string, { kind: FrameKind; pv: PvSymbol | undefined }>();
  const canonicalOf = once(canonicalSymbol);
  const dsoOf = once(canonicalKernelDso);
  for (let id = 0; id < frames.size; id++) {
    const symbol = frames.strings.text(frames.symbol[id] ?? 0);
    const dso = frames.strings.text(frames.dso[id] ?? 0);
    if (!isKernelFrame(frames, id)) {
      facts.kind.push('user');
      facts.name.push(symbol === '[unknown]' || symbol === '' ? unknownIn(dso) : symbol);
      facts.dso.push(dso);
      facts.pv.push(undefined);
      continue;
    }
    const canonical = canonicalOf(symbol);
    let known = byName.get(canonical);
    if (known === undefined) {
      known = classifySymbol(canonical);
      byName.set(canonical, known);
    }
    facts.kind.push(known.kind);
    facts.name.push(options.exactSymbols ? symbol : canonical);
    facts.dso.push(dsoOf(dso));
    facts.pv.push(known.pv);
  }
  return facts;
}

/** Many frames share few names: each is worked out once. */
function once(work: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text) ?? work(text);
    known.set(text, found);
    return found;
  };
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
