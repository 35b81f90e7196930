/** The pointer that an indirect call at `address` goes through, and the call's length. */
export interface IndirectCall {
  readonly target: bigint;
  readonly length: number;
}

/**
 * Decodes the two forms that the kernel's paravirt wrappers were compiled to: `ff 15 rel32` (call
 * through a RIP-relative pointer) and, on older kernels, `ff 14 25 abs32` (absolute, sign extended).
 */
export function indirectCall(bytes: Buffer | null, address: bigint): IndirectCall | null {
  if (bytes === null || bytes.length < 6 || bytes[0] !== 0xff) return null;
  if (bytes[1] === 0x15) {
    const target = address + 6n + BigInt(bytes.readInt32LE(2));
    return { target: BigInt.asUintN(64, target), length: 6 };
  }
  if (bytes[1] === 0x14 && bytes[2] === 0x25 && bytes.length >= 7) {
    return { target: BigInt.asUintN(64, BigInt(bytes.readInt32LE(3))), length: 7 };
  }
  return null;
}
