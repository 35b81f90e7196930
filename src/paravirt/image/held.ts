import type { ImageMemory } from './memory.js';
import type { FunctionSymbol, SymbolTable } from './symbols.js';

/** The function whose address the word at `address` holds when the kernel starts; null where it holds none's. */
export function functionHeld(
  memory: ImageMemory,
  symbols: SymbolTable,
  address: bigint,
): FunctionSymbol | null {
  const pointer = memory.read(address, 8)?.readBigUInt64LE(0);
  const found = pointer === undefined ? null : symbols.lookup(pointer);
  return found?.offset === 0 ? found.symbol : null;
}
