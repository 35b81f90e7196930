import type { RawFrame } from './tables.js';

/**
 * A frame of a callchain, or a flat sample's ip: "%16llx sym+0xoff (dso)"
 * (tools/perf/util/evsel_fprintf.c, sample__fprintf_callchain() and sample__fprintf_sym()).
 * Symbols hold spaces and parentheses (C++), dso paths too ("/tmp/a b (deleted)", "[JIT app cache]"),
 * so where an offset is printed it is the border between the two, else the balanced parenthesis at
 * the end is the dso.
 */
export function parseFrameLine(text: string): RawFrame | undefined {
  const line = text.trim();
  const head = /^(?:0x)?([0-9a-fA-F]{1,16})(?:\s+|$)/.exec(line);
  if (head === null) return undefined;
  const digits = head[1] ?? '';
  const rest = line.slice(head[0].length);
  const border = lastOffsetBorder(rest);
  const dsoAt = border === undefined ? openingParenthesis(rest) : border.dsoAt;
  const name = (dsoAt < 0 ? rest : rest.slice(0, dsoAt)).trim();
  const dso = dsoAt < 0 ? '' : rest.slice(dsoAt + 1, rest.lastIndexOf(')'));
  const offset = /\+0x([0-9a-f]{1,16})$/.exec(name);
  const inlined = dso === 'inlined';
  return {
    addressHi: Number.parseInt(digits.slice(0, -8) || '0', 16),
    addressLo: Number.parseInt(digits.slice(-8), 16),
    symbol: offset === null ? name : name.slice(0, offset.index),
    offset: offset === null ? -1 : exactOffset(offset[1] ?? ''),
    dso: inlined ? '' : dso,
    inlined,
  };
}

/** perf prints absurd offsets where an address lies past its symbol's end; beyond 2^53 they say nothing. */
function exactOffset(hex: string): number {
  const value = Number.parseInt(hex, 16);
  return Number.isSafeInteger(value) ? value : -1;
}

function lastOffsetBorder(rest: string): { dsoAt: number } | undefined {
  let found: { dsoAt: number } | undefined;
  const closing = rest.lastIndexOf(')');
  for (const match of rest.matchAll(/\+0x[0-9a-f]{1,16} \(/g)) {
    const dsoAt = match.index + match[0].length - 1;
    if (closing > dsoAt) found = { dsoAt };
  }
  return found;
}

/** Where the dso's parenthesis opens; -1 where the line ends in none. */
function openingParenthesis(rest: string): number {
  if (!rest.endsWith(')')) return -1;
  let depth = 0;
  for (let i = rest.length - 1; i >= 0; i--) {
    const c = rest[i];
    if (c === ')') depth++;
    else if (c === '(' && --depth === 0) {
      if (i === 0 || rest[i - 1] === ' ') return i;
      break;
    }
  }
  // unbalanced, as in "(/tmp/a)b)": a path or a bracket tells a dso from "f<void ()>::operator()"
  const path = Math.max(rest.lastIndexOf(' (/'), rest.lastIndexOf(' (['));
  return path < 0 ? -1 : path + 1;
}
