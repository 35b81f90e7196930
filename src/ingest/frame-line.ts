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
  const first = line.startsWith('0x') ? 2 : 0;
  let at = first;
  while (isHexDigit(line.charCodeAt(at))) at++;
  const digits = at - first;
  if (digits === 0 || digits > LONGEST_NUMBER) return undefined;
  const rest = line.slice(at).trimStart();
  if (rest.length === line.length - at && rest !== '') return undefined;
  const border = lastOffsetBorder(rest);
  const dsoAt = border === undefined ? openingParenthesis(rest) : border.dsoAt;
  const name = (dsoAt < 0 ? rest : rest.slice(0, dsoAt)).trim();
  const dso = dsoAt < 0 ? '' : rest.slice(dsoAt + 1, rest.lastIndexOf(')'));
  const offsetAt = border?.offsetAt ?? name.search(/\+0x[0-9a-f]{1,16}$/);
  const inlined = dso === 'inlined';
  const low = Math.max(first, at - 8);
  return {
    addressHi: low === first ? 0 : Number.parseInt(line.slice(first, low), 16),
    addressLo: Number.parseInt(line.slice(low, at), 16),
    symbol: offsetAt < 0 ? name : name.slice(0, offsetAt),
    offset: offsetAt < 0 ? -1 : exactOffset(name.slice(offsetAt + 3)),
    dso: inlined ? '' : dso,
    inlined,
  };
}

const LONGEST_NUMBER = 16;

function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

/** perf prints absurd offsets where an address lies past its symbol's end; beyond 2^53 they say nothing. */
function exactOffset(hex: string): number {
  const value = Number.parseInt(hex, 16);
  return Number.isSafeInteger(value) ? value : -1;
}

/** The last "+0x1f (" that a closing parenthesis follows: where the offset and the dso begin. */
function lastOffsetBorder(rest: string): { offsetAt: number; dsoAt: number } | undefined {
  const closing = rest.lastIndexOf(')');
  for (
    let at = rest.lastIndexOf('+0x');
    at >= 0;
    at = at === 0 ? -1 : rest.lastIndexOf('+0x', at - 1)
  ) {
    let end = at + 3;
    for (
      let code = rest.charCodeAt(end);
      (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
    )
      code = rest.charCodeAt(++end);
    const digits = end - at - 3;
    if (digits === 0 || digits > LONGEST_NUMBER) continue;
    if (rest.startsWith(' (', end) && closing > end + 1) return { offsetAt: at, dsoAt: end + 1 };
  }
  return undefined;
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
