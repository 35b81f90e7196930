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

/**
 * Gives a test of whether an instruction begins at an address. With symbols the function is
 * decoded from its start. Without, decoding starts at several places before the address: x86 code
 * falls into step within a few instructions, so most starts meet at a true boundary.
 */
export async function boundaryCheck(
  memory: ImageMemory,
  symbols: SymbolTable,
  known: ReadonlySet<bigint>,
  faults: Faults,
): Promise<(address: bigint) => boolean> {
  // Loaded here, because most images need no decoder: it costs 50 ms and 30 MB.
  const { Decoder, DecoderOptions, Instruction } = await import('iced-x86');

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

  return (address) => {
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
}

function lastKnown(known: ReadonlySet<bigint>, from: bigint, to: bigint): bigint | null {
  for (let at = to - 1n; at >= from; at--) if (known.has(at)) return at;
  return null;
}
