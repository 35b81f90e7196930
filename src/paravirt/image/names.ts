import { agreesWithCalls } from './called.js';
import { readEmbedded } from './embedded-kallsyms.js';
import type { ImageMemory } from './memory.js';
import { NO_SYMBOLS, type SymbolTable } from './symbols.js';

/** Ten times a kernel's text for each function. */
const SPARSE = 4096n;

/** True where a table leaves most of the text without a name of its own, as that of a nearly stripped image does. */
function isSparse(memory: ImageMemory, { functions }: SymbolTable): boolean {
  const text = memory.regions
    .filter(({ section }) => section.executable)
    .reduce((sum, { start, end }) => sum + end - start, 0n);
  return BigInt(functions.length) * SPARSE < text;
}

/**
 * The names of a kernel: from its symbol table, else a listing, else those that it carries for itself; where those before
 * know a few functions only, the most that there are, or none.
 */
export function bestNames(
  memory: ImageMemory,
  own: SymbolTable | null,
  listed: SymbolTable | null,
): SymbolTable {
  const given = [own, listed].filter((table) => table !== null);
  const whole = given.find((table) => !isSparse(memory, table));
  if (whole !== undefined) return whole;
  const embedded = readEmbedded(memory);
  const all = embedded === null ? given : [...given, embedded];
  const best = all.reduce<SymbolTable>(
    (most, table) => (table.functions.length > most.functions.length ? table : most),
    NO_SYMBOLS,
  );
  // tables that only another source names
  const names = new Map([...all].reverse().flatMap((table) => [...table.names]));
  // a few functions would give their names to all that follows them
  const fits = !isSparse(memory, best) || agreesWithCalls(memory, best.functions);
  return { ...(fits ? best : NO_SYMBOLS), names, named: (name) => names.get(name) ?? null };
}
