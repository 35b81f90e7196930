import type { KernelImage } from '../image/index.js';
import { isInterruptEntry } from '../symbols.js';
import { pvSymbol } from '../catalogue/index.js';
import { canonicalSymbol } from '../symbols.js';
import type { Place } from './site-index.js';

/** Native instructions that do an op's work and can mean nothing else. */
export interface Equivalent {
  start: Place;
  end: Place;
  op: string;
}

/** What the text itself tells, read once. */
export interface Instructions {
  equivalents: Equivalent[];
  /** Where a sample lands that was due while interrupts were off. */
  landings: Set<Place>;
}

/** What an instruction means here; `other` is anything else. */
type Meaning =
  | 'sti'
  | 'cli'
  | 'pushf'
  | 'popf'
  | 'pop'
  | 'hlt'
  | 'ret'
  | 'call'
  | 'jump'
  | `mmu.${string}`
  | `cpu.${string}`
  | 'other';

interface Step {
  at: Place;
  end: Place;
  means: Meaning;
  /** Target of a near call or jump. */
  to: Place;
}

const LONGEST_FUNCTION = 1 << 20;

/**
 * Decodes the image's text function by function. Bytes are those of the image with its paravirt sites
 * as they stand; a site is stepped over whole, whatever boot-time patching made of it.
 *
 * Landings (measured against exact counts, see docs/accuracy.md): behind `popf`; behind the one
 * instruction that `sti` shields (Intel SDM, STI); at the return address of a callee that ends
 * `sti; ret`; behind a site that enables interrupts.
 */
export async function readInstructions(
  image: KernelImage,
  sites: readonly { place: Place; length: number; op: string }[],
): Promise<Instructions> {
  const decode = await decoder();
  const bySite = new Map(sites.map((site) => [site.place, site]));
  const found: Instructions = { equivalents: [], landings: new Set() };
  const calls: Call[] = [];
  const enabling = new Set<Place>();
  const entry = entryRange(image);
  const functions = image.symbols.functions.filter((f) => f.address >> 32n === 0xffffffffn);
  const starts = new Set(functions.map((f) => Number(f.address & 0xffffffffn)));
  for (const { address, end, name } of functions) {
    const length = Number(end - address);
    if (length <= 0 || length > LONGEST_FUNCTION) continue;
    const bytes = image.readText(address, length);
    if (bytes === null) continue;
    const start = Number(address & 0xffffffffn);
    callsIn(bytes, start, starts, calls);
    if (!mayMatter(bytes) && !sitesIn(bySite, start, length)) continue;
    const steps = decode(bytes, start, bySite);
    const isEntry = isInterruptEntry(name) || (start >= entry.start && start < entry.end);
    // a body that implements an op is counted as the op's callee
    if (!isEntry && pvSymbol(canonicalSymbol(name)) === undefined) {
      equivalentsIn(steps, found.equivalents);
    }
    landingsIn(steps, start, found.landings, enabling, bySite);
  }
  spreadThroughTailCalls(calls, enabling);
  for (const call of calls) if (!call.jump && enabling.has(call.to)) found.landings.add(call.from);
  return found;
}

/** A near call or jump to the start of a function. */
interface Call {
  /** The address behind it. */
  from: Place;
  to: Place;
  /** The function that it is in. */
  function: Place;
  jump: boolean;
}

/**
 * Calls and jumps by their bytes. Bytes that only look like one do no harm: their target would have
 * to be the start of a function, and their end an address that a sample shows.
 */
function callsIn(bytes: Buffer, start: Place, starts: ReadonlySet<Place>, out: Call[]): void {
  for (let i = 0; i + 5 <= bytes.length; i++) {
    const opcode = bytes[i];
    if (opcode !== 0xe8 && opcode !== 0xe9) continue;
    const from = start + i + 5;
    const to = from + bytes.readInt32LE(i + 1);
    if (starts.has(to)) out.push({ from, to, function: start, jump: opcode === 0xe9 });
  }
}

/** Whether bytes may hold sti, cli, pushf, popf, a control register or wbinvd: decoding costs more. */
function mayMatter(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === 0xfa || byte === 0xfb || byte === 0x9c || byte === 0x9d) return true;
    if (
      byte === 0x0f &&
      (bytes[i + 1] === 0x20 || bytes[i + 1] === 0x22 || bytes[i + 1] === 0x09)
    ) {
      return true;
    }
  }
  return false;
}

/** Whether a function holds a site that enables interrupts; its bytes alone do not show it. */
function sitesIn(sites: ReadonlyMap<Place, { op: string }>, start: Place, length: number): boolean {
  for (let place = start; place < start + length; place++) {
    const op = sites.get(place)?.op;
    if (op === 'irq.irq_enable' || op === 'irq.restore_fl') return true;
  }
  return false;
}

/** A function that ends in a jump to an enabling one enables too. */
function spreadThroughTailCalls(calls: readonly Call[], enabling: Set<Place>): void {
  const jumps = calls.filter((call) => call.jump);
  for (let before = -1; before !== enabling.size;) {
    before = enabling.size;
    for (const jump of jumps) if (enabling.has(jump.to)) enabling.add(jump.function);
  }
}

function equivalentsIn(steps: readonly Step[], out: Equivalent[]): void {
  steps.forEach((step, i) => {
    const next = steps[i + 1];
    const one = (op: string) => out.push({ start: step.at, end: step.end, op });
    if (step.means === 'cli') one('irq.irq_disable');
    else if (step.means === 'sti') {
      // `sti; hlt` is idling
      if (next?.means !== 'hlt') one('irq.irq_enable');
    } else if (step.means === 'pushf') {
      if (next?.means === 'pop') out.push({ start: step.at, end: next.end, op: 'irq.save_fl' });
    } else if (step.means.includes('.')) {
      // reading and writing back the same register is flush_tlb_user's body
      const flush = step.means === 'mmu.read_cr3' && next?.means === 'mmu.write_cr3';
      const flushed = step.means === 'mmu.write_cr3' && steps[i - 1]?.means === 'mmu.read_cr3';
      if (!flush && !flushed) one(step.means);
    }
  });
}

function landingsIn(
  steps: readonly Step[],
  start: Place,
  landings: Set<Place>,
  enabling: Set<Place>,
  sites: ReadonlyMap<Place, { length: number; op: string }>,
): void {
  steps.forEach((step, i) => {
    const site = sites.get(step.at);
    if (site !== undefined) {
      if (site.op !== 'irq.irq_enable' && site.op !== 'irq.restore_fl') return;
      landings.add(step.end);
      if (steps[i + 1]?.means === 'ret') enabling.add(start);
      return;
    }
    if (step.means === 'popf') {
      landings.add(step.end);
      if (steps[i + 1]?.means === 'ret') enabling.add(start);
    }
    if (step.means !== 'sti') return;
    const shielded = steps[i + 1];
    if (shielded === undefined || shielded.means === 'hlt') return;
    if (shielded.means === 'ret') enabling.add(start);
    else if (shielded.means === 'call' || shielded.means === 'jump') landings.add(shielded.to);
    else {
      landings.add(shielded.end);
    }
  });
}

/** Entry code enables and disables interrupts on its own account. */
function entryRange(image: KernelImage): { start: Place; end: Place } {
  const place = (name: string): Place | undefined => {
    for (const f of image.symbols.functions) {
      if (f.name === name || f.aliases.includes(name)) return Number(f.address & 0xffffffffn);
    }
    return undefined;
  };
  const start = place('__entry_text_start');
  return start === undefined
    ? { start: 0, end: 0 }
    : { start, end: place('__entry_text_end') ?? start };
}

type Decode = (
  bytes: Buffer,
  start: Place,
  sites: ReadonlyMap<Place, { length: number }>,
) => Step[];

/** Loads the decoder when it is needed: it costs 50 ms and 30 MB. */
async function decoder(): Promise<Decode> {
  const { Code, Decoder, DecoderOptions, Instruction } = await import('iced-x86');
  const meanings = new Map<number, Meaning>([
    [Code.Sti, 'sti'],
    [Code.Cli, 'cli'],
    [Code.Pushfq, 'pushf'],
    [Code.Popfq, 'popf'],
    [Code.Pop_r64, 'pop'],
    [Code.Hlt, 'hlt'],
    [Code.Retnq, 'ret'],
    [Code.Call_rel32_64, 'call'],
    [Code.Jmp_rel32_64, 'jump'],
    [Code.Jmp_rel8_64, 'jump'],
    [Code.Wbinvd, 'cpu.wbinvd'],
  ]);
  const instruction = new Instruction();
  return (bytes, start, sites) => {
    const steps: Step[] = [];
    const decode = new Decoder(64, bytes, DecoderOptions.None);
    for (let at = 0; at < bytes.length;) {
      const site = sites.get(start + at);
      if (site !== undefined) {
        steps.push({ at: start + at, end: start + at + site.length, means: 'other', to: -1 });
        at += site.length;
        continue;
      }
      decode.position = at;
      decode.decodeOut(instruction);
      const length = instruction.length === 0 ? 1 : instruction.length;
      const end = start + at + length;
      const code = instruction.code;
      let means = meanings.get(code) ?? 'other';
      let to = -1;
      if (means === 'call') to = end + bytes.readInt32LE(at + length - 4);
      else if (means === 'jump') {
        to =
          end +
          (code === Code.Jmp_rel8_64
            ? bytes.readInt8(at + length - 1)
            : bytes.readInt32LE(at + length - 4));
      } else if (code === Code.Mov_r64_cr || code === Code.Mov_cr_r64) {
        means = controlRegister(bytes, at, code === Code.Mov_r64_cr);
      }
      // ret through a thunk: the jump is the return
      steps.push({ at: start + at, end, means, to });
      at += length;
    }
    decode.free();
    return steps;
  };
}

/** `0f 20 /r` reads a control register, `0f 22 /r` writes one; its number is in the reg field. */
function controlRegister(bytes: Buffer, at: number, reads: boolean): Meaning {
  let modrm = at;
  while (bytes[modrm] !== 0x0f) modrm++;
  const number = ((bytes[modrm + 2] ?? 0) >> 3) & 7;
  const group = number === 2 || number === 3 ? 'mmu' : 'cpu';
  if (number !== 0 && number !== 2 && number !== 3 && number !== 4) return 'other';
  if (number === 4 && reads) return 'other';
  return `${group}.${reads ? 'read' : 'write'}_cr${number}`;
}
