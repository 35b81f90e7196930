/** The pointer that an indirect call or jump at `address` goes through, and the instruction's length. */
export interface IndirectCall {
  readonly target: bigint;
  readonly length: number;
}

/**
 * Decodes the forms that the kernel's paravirt wrappers were compiled to: `ff 15 rel32` (call through a RIP-relative
 * pointer), on older kernels `ff 14 25 abs32` (absolute, sign extended), and the jumps of both, which leave for user space.
 */
export function indirectCall(bytes: Buffer | null, address: bigint): IndirectCall | null {
  if (bytes === null || bytes.length < 6 || bytes[0] !== 0xff) return null;
  if (bytes[1] === 0x15 || bytes[1] === 0x25) {
    const target = address + 6n + BigInt(bytes.readInt32LE(2));
    return { target: BigInt.asUintN(64, target), length: 6 };
  }
  const isAbsolute = (bytes[1] === 0x14 || bytes[1] === 0x24) && bytes[2] === 0x25;
  if (isAbsolute && bytes.length >= 7) {
    return { target: BigInt.asUintN(64, BigInt(bytes.readInt32LE(3))), length: 7 };
  }
  return null;
}

const isPush = (byte: number | undefined): boolean => ((byte ?? 0) & 0xf8) === 0x50;
/** Length of the `push %reg` there; 0 where there is none. */
const pushAt = (bytes: Buffer, at: number): number =>
  isPush(bytes[at]) ? 1 : bytes[at] === 0x41 && isPush(bytes[at + 1]) ? 2 : 0;

/**
 * The call in a record's bytes, and where in them it begins: assembly of kernels to 4.14 saves registers around it, inside
 * the record (`push %rax; call *pointer; pop %rax`, PV_SAVE_REGS in arch/x86/include/asm/paravirt.h). The call with what is
 * around it, pops as long as the pushes, takes up all the bytes.
 */
export function callInRecord(
  bytes: Buffer,
  address: bigint,
): { readonly target: bigint; readonly from: number } | null {
  let from = 0;
  while (pushAt(bytes, from) > 0) from += pushAt(bytes, from);
  const call = indirectCall(bytes.subarray(from), address + BigInt(from));
  return call !== null && bytes.length === call.length + 2 * from
    ? { target: call.target, from }
    : null;
}
