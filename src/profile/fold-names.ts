import type { FrameTable } from '../ingest/index.js';

export interface FoldNameOptions {
  kernel: boolean;
  jit: boolean;
  addrs: boolean;
}

/** What to fold and how its frames are marked (`_[k]`, `_[j]`, addresses of unknown ones). */
export interface FoldOptions extends FoldNameOptions {
  event: string;
}

/**
 * A frame's name in folded stacks, by the rules that stackcollapse-perf.pl and
 * inferno-collapse-perf 0.12 share: unknown symbols take their module's name, `;` becomes `:`,
 * argument lists go, "a->b" of Java's perf maps is two frames. "" leaves the frame out.
 */
export function foldFrameName(
  frames: FrameTable,
  id: number,
  options: FoldNameOptions,
  java: boolean,
): string {
  const frame = frames.frame(id);
  const dso = frame.inlined ? 'inlined' : frame.dso;
  const symbol = frame.symbol === '' ? ' ' : frame.symbol;
  if (symbol.startsWith('(')) return '';
  const address = () => hex(frame.addressHi, frame.addressLo);
  const parts = symbol.split('->').map((part, i) => {
    const named = withModule(part, dso, address, options.addrs);
    const tidy = tidyJava(tidyGeneric(named), java);
    return tidy + suffix(tidy, dso, i > 0, options);
  });
  return parts.join(';');
}

function suffix(name: string, dso: string, inlined: boolean, options: FoldNameOptions): string {
  if (inlined) return name.includes('_[i]') ? '' : '_[i]';
  if (options.kernel && isFoldKernelDso(dso)) return '_[k]';
  if (options.jit && isJitDso(dso) && !name.includes('_[j]')) return '_[j]';
  return '';
}

/**
 * Kernel frames as inferno tells them: a name in brackets, a module file, a vmlinux with or without a
 * version behind it. ([vdso] counts, as with both tools; the Perl tool misses the last two.)
 */
export function isFoldKernelDso(dso: string): boolean {
  return dso !== '[unknown]' && (dso.startsWith('[') || /\.ko$|vmlinux[\w.-]*$/.test(dso));
}

function isJitDso(dso: string): boolean {
  return (
    (dso.startsWith('/tmp/perf-') && dso.endsWith('.map')) ||
    (dso.includes('/jitted-') && dso.endsWith('.so'))
  );
}

function withModule(symbol: string, dso: string, address: () => string, addrs: boolean): string {
  if (symbol !== '[unknown]') return symbol;
  if (dso === '[unknown]' || dso === '') return addrs ? `[unknown <${address()}>]` : symbol;
  const module = dso.slice(dso.lastIndexOf('/') + 1);
  return addrs ? `[${module} <${address()}>]` : `[${module}]`;
}

function tidyGeneric(symbol: string): string {
  const name = symbol.replaceAll(';', ':');
  if (!name.includes('(')) return name;
  let depth = 0;
  let afterDot = -1;
  for (let i = 0; i < name.length; i++) {
    const c = name[i];
    if (c === '<' || c === '{' || c === '[') depth++;
    else if (c === '>' || c === '}' || c === ']' || c === ')') depth--;
    else if (c === '.') afterDot = i + 1;
    else if (c === '(') {
      // "net/http.(*Client).Do" and "(anonymous namespace)::f" are no argument lists
      if (depth === 0 && afterDot !== i && !name.startsWith('(anonymous namespace)', i)) {
        return name.slice(0, i);
      }
      depth++;
    }
  }
  return name;
}

function tidyJava(name: string, java: boolean): string {
  return java && name.startsWith('L') && name.includes('/') ? name.slice(1) : name;
}

function hex(hi: number, lo: number): string {
  return hi === 0 ? lo.toString(16) : hi.toString(16) + lo.toString(16).padStart(8, '0');
}
