import type { Faults } from './fault.js';
import type { ImageMemory } from './memory.js';
import type { SymbolTable } from './symbols.js';

/** Functions longer than this do not exist; a hostile symbol table may say so all the same. */
const MAX_FUNCTION = 1 << 20;
const MAX_INSTRUCTION = 15;
/** Instructions decoded in all; a kernel without any patch record needs a tenth. */
const MAX_DECODED = 20_000_000;
/** Without symbols: how far before an address decoding starts, from how many places. */
const RUN_UP = 96;
const STARTS = 16;

/** A thunk of this name jumps to what the register in it holds (arch/x86/lib/retpoline.S). */
const THUNK = /^__x86_indirect_(?:call_|jump_)?thunk_(\w+)$/;
/** What holds an argument of a call hardly holds the call's target too. */
const ARGUMENTS = new Set(['rdi', 'rsi', 'rdx', 'rcx', 'r8', 'r9']);
/** Instructions between the load of a pointer and the call of its thunk: arguments are set up. */
const MAX_BETWEEN = 16;

/** What only a decoder can say of the image's text. */
export interface CodeDecoder {
  /**
   * True where an instruction begins. With symbols the function is decoded from its start. Without,
   * decoding starts at several places before the address: x86 code falls into step within a few
   * instructions, so most starts meet at a true boundary.
   */
  isInstruction(address: bigint): boolean;
  /** Where the pointer that the instruction at `address` loads is called, through a thunk or not. */
  callOfLoaded(address: bigint): { readonly address: bigint; readonly length: number } | null;
}

/** Loads iced-x86 and gives a decoder of this image. */
export async function codeDecoder(
  memory: ImageMemory,
  symbols: SymbolTable,
  known: ReadonlySet<bigint>,
  faults: Faults,
): Promise<CodeDecoder> {
  // Loaded here, because most images need no decoder: it costs 50 ms and 30 MB.
  const { Decoder, DecoderOptions, FlowControl, Instruction, OpKind, Register, RegisterExt } =
    await import('iced-x86');

  let left = MAX_DECODED;
  const reaches = (from: bigint, to: bigint): boolean => {
    const distance = Number(to - from);
    const region = memory.regionAt(from);
    if (region === null || distance > MAX_FUNCTION) return false;
    const room = Number(region.end - from);
    const bytes = memory.read(from, Math.min(distance + MAX_INSTRUCTION, room));
    if (bytes === null) return false;
    const decoder = new Decoder(64, bytes, DecoderOptions.None);
    const instruction = new Instruction();
    try {
      let at = 0;
      while (at < distance) {
        if ((left -= 1) < 0) throw faults.damaged('too much code around calls through the tables');
        decoder.decodeOut(instruction);
        // An invalid instruction (data in text) is stepped over byte by byte.
        const step = instruction.length === 0 ? 1 : instruction.length;
        at += step;
        decoder.position = at;
      }
      return at === distance;
    } finally {
      instruction.free();
      decoder.free();
    }
  };

  const isInstruction = (address: bigint): boolean => {
    const home = symbols.lookup(address);
    if (home !== null && home.offset <= MAX_FUNCTION) return reaches(home.symbol.address, address);
    let votes = 0;
    for (let i = 0; i < STARTS; i++) {
      const from = address - BigInt(RUN_UP + i);
      // A known site is a boundary: what runs up over one counts only from there.
      const anchor = lastKnown(known, from, address) ?? from;
      if (reaches(anchor, address)) votes += 1;
    }
    return votes * 2 > STARTS;
  };

  /** With names a thunk must be called one of the register; without, any code may be it. */
  const isThunk = (address: bigint, register: string): boolean => {
    const symbol = symbols.lookup(address)?.symbol;
    if (symbol !== undefined) {
      return [symbol.name, ...symbol.aliases].some((n) => THUNK.exec(n)?.[1] === register);
    }
    const isCode = memory.regionAt(address)?.section.executable === true;
    return isCode && !ARGUMENTS.has(register);
  };

  const callOfLoaded: CodeDecoder['callOfLoaded'] = (address) => {
    const region = memory.regionAt(address);
    if (region === null) return null;
    const room = Math.min((MAX_BETWEEN + 2) * MAX_INSTRUCTION, Number(region.end - address));
    const bytes = memory.read(address, room);
    if (bytes === null) return null;
    const decoder = new Decoder(64, bytes, DecoderOptions.None);
    decoder.ip = address;
    const instruction = new Instruction();
    try {
      decoder.decodeOut(instruction);
      const pointer = RegisterExt.fullRegister(instruction.op0Register);
      const register = (Register[pointer] ?? '').toLowerCase();
      for (let i = 0; i <= MAX_BETWEEN; i++) {
        const at = decoder.ip;
        decoder.decodeOut(instruction);
        const flow = instruction.flowControl;
        const found = { address: at, length: instruction.length };
        if (flow === FlowControl.Call || flow === FlowControl.UnconditionalBranch) {
          return isThunk(instruction.nearBranchTarget, register) ? found : null;
        }
        const itself =
          instruction.op0Kind === OpKind.Register &&
          RegisterExt.fullRegister(instruction.op0Register) === pointer;
        if (flow === FlowControl.IndirectCall || flow === FlowControl.IndirectBranch) {
          return itself ? found : null;
        }
        if (flow !== FlowControl.Next || itself) return null;
      }
      return null;
    } finally {
      instruction.free();
      decoder.free();
    }
  };

  return { isInstruction, callOfLoaded };
}

function lastKnown(known: ReadonlySet<bigint>, from: bigint, to: bigint): bigint | null {
  for (let at = to - 1n; at >= from; at--) if (known.has(at)) return at;
  return null;
}
