import { ExitStatus, UserError } from '../../errors.js';
import type { FrameTable } from '../../ingest/index.js';
import { classifySymbol, type FactOptions, type FrameFacts } from '../frames.js';
import { canonicalSymbol, isSectionMarker } from '../symbols.js';
import { functionAt, type CodeFunction, type ImageCode } from './code.js';
import type { Place } from './site-index.js';

/** A recording's frames in its image. */
export interface Located {
  code: ImageCode;
  /** Place by frame id; -1 for frames that are not in the image. */
  place: Float64Array;
  /** What KASLR had added. */
  slide: number;
  /** Share of the frames with a symbol that agree with the image. */
  agreement: number;
}

/** KASLR moves the kernel by multiples of CONFIG_PHYSICAL_ALIGN, 2 MiB (arch/x86/Kconfig). */
const ALIGN = 0x200000;
const ENOUGH = 0.95;

/**
 * Places a recording's kernel frames in an image. The slide is the one that most frames agree on:
 * their symbol is the image's at their address, with their offset. Below 95 % it is the wrong image
 * (1.00 on the right one, 0.16 measured on a build of the same version), and refused.
 */
export function locate(
  frames: FrameTable,
  facts: FrameFacts,
  code: ImageCode,
  where: string,
): Located {
  const starts = startsByName(code.functions);
  const kernel: number[] = [];
  for (let id = 0; id < frames.size; id++) {
    if (facts.kind[id] === 'user' || facts.dso[id] !== '[kernel]') continue;
    if ((frames.addressHi[id] ?? 0) === 0xffffffff) kernel.push(id);
  }
  const slide = mostVotes(kernel, frames, starts);
  const place = new Float64Array(frames.size).fill(-1);
  let known = 0;
  let agreeing = 0;
  for (const id of kernel) {
    const at = (frames.addressLo[id] ?? 0) - slide;
    const f = functionAt(code.functions, at);
    const symbol = frames.strings.text(frames.symbol[id] ?? 0);
    const offset = frames.offset[id] ?? -1;
    // a table does not say where functions end: what begins where one does is that one, whatever perf calls it
    const isSame = offset >= 0 && at - offset === f?.start;
    if (f !== undefined && (!code.partial || isSame)) place[id] = at;
    if (symbol === '[unknown]' || symbol === '' || (code.partial && !starts.has(symbol))) continue;
    known++;
    if (f === undefined || !agrees(f, symbol, at, offset)) continue;
    agreeing++;
    place[id] = at;
  }
  const agreement = known === 0 ? 0 : agreeing / known;
  if (agreement < ENOUGH) refuse(where, code, agreement, known);
  return { code, place, slide, agreement };
}

function refuse(where: string, code: ImageCode, agreement: number, known: number): never {
  const release = code.release === null ? '' : ` (Linux ${code.release})`;
  throw new UserError(
    `${code.name}: not the image that ${where} was recorded on: ${(100 * agreement).toFixed(1)} % of ` +
      `${known} kernel addresses agree with its symbols${release}, 95 % are needed; give the vmlinux of that very build`,
    ExitStatus.input,
  );
}

function startsByName(functions: readonly CodeFunction[]): Map<string, Place[]> {
  const starts = new Map<string, Place[]>();
  for (const f of functions) {
    for (const name of [f.name, ...f.aliases]) {
      const list = starts.get(name);
      if (list === undefined) starts.set(name, [f.start]);
      else list.push(f.start);
    }
  }
  return starts;
}

/** The slide that most frames vote for; same-named functions give a vote each. */
function mostVotes(
  kernel: readonly number[],
  frames: FrameTable,
  starts: Map<string, Place[]>,
): number {
  const votes = new Map<number, number>();
  for (const id of kernel) {
    const at = frames.addressLo[id] ?? 0;
    const offset = frames.offset[id] ?? -1;
    for (const start of starts.get(frames.strings.text(frames.symbol[id] ?? 0)) ?? []) {
      // without an offset: functions are shorter than the slide's step
      const slide = offset >= 0 ? at - offset - start : Math.floor((at - start) / ALIGN) * ALIGN;
      if (slide % ALIGN === 0) votes.set(slide, (votes.get(slide) ?? 0) + 1);
    }
  }
  let best = 0;
  for (const [slide, n] of votes) if (n > (votes.get(best) ?? 0)) best = slide;
  return best;
}

function agrees(f: CodeFunction, symbol: string, at: Place, offset: number): boolean {
  if (f.name !== symbol && !f.aliases.includes(symbol)) return false;
  return offset < 0 || at - f.start === offset;
}

/**
 * Names frames by the image instead of by perf, which picks among aliases badly: one name a function,
 * no section markers. Changes the facts in place.
 */
export function renameByImage(
  facts: FrameFacts,
  located: Located,
  { exactSymbols, kernels }: FactOptions,
): void {
  const known = new Map<CodeFunction, ReturnType<typeof classifySymbol>>();
  located.place.forEach((at, id) => {
    const f = at < 0 ? undefined : functionAt(located.code.functions, at);
    if (f === undefined || isSectionMarker(f.name)) return;
    let what = known.get(f);
    if (what === undefined) known.set(f, (what = classifySymbol(f.name, kernels)));
    facts.name[id] = exactSymbols ? f.name : canonicalSymbol(f.name);
    facts.kind[id] = what.kind;
    facts.pv[id] = what.pv;
  });
}
