import type { FrameTable } from '../ingest/index.js';

/**
 * Whether a frame is kernel code. The kernel's code lies from 0xffff800000000000 on, also with five
 * page-table levels (Documentation/arch/x86/x86_64/mm.rst), save for the vsyscall page; the last page
 * holds only unwinders' sentinels. Lower addresses with the top bit set are what a broken unwind left. A dso decides where the address cannot: perf prints module-relative
 * addresses for some modules.
 */
export function isKernelFrame(frames: FrameTable, id: number): boolean {
  const hi = frames.addressHi[id] ?? 0;
  const dso = frames.strings.text(frames.dso[id] ?? 0);
  if (hi >= 0xffff8000) {
    const lo = frames.addressLo[id] ?? 0;
    if (hi === 0xffffffff && lo >= 0xfffff000) return false;
    return dso !== '[vsyscall]';
  }
  return isKernelDso(dso);
}

/** dso spellings that only kernel code has. */
export function isKernelDso(dso: string): boolean {
  return /^\[(kernel|guest\.kernel)\.|\/vmlinux(-[^/]*)?$|^vmlinux$|\.ko(\.(gz|xz|zst))?$/.test(
    dso,
  );
}

/** 1 for each frame of a table that is kernel code. */
export function kernelFrames(frames: FrameTable): Uint8Array {
  const isKernel = new Uint8Array(frames.size);
  // few dsos, many frames: below the kernel's addresses the dso decides alone
  const byDso = new Map<number, boolean>();
  for (let id = 0; id < isKernel.length; id++) {
    const dso = frames.dso[id] ?? 0;
    const isHigh = (frames.addressHi[id] ?? 0) >= 0xffff8000;
    const known = isHigh ? undefined : byDso.get(dso);
    const found = known ?? isKernelFrame(frames, id);
    if (!isHigh) byDso.set(dso, found);
    if (found) isKernel[id] = 1;
  }
  return isKernel;
}
