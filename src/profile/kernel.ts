import type { FrameTable } from '../ingest/index.js';

/**
 * Whether a frame is kernel code. The kernel's code lies from 0xffff800000000000 on, also with five
 * page-table levels (Documentation/arch/x86/x86_64/mm.rst), save for the vsyscall page; the last page
 * holds only unwinders' sentinels. Lower addresses with the top bit set are what a broken unwind left. A dso decides where the address cannot: perf prints module-relative
 * addresses for some modules.
 */
export function isKernelFrame(frames: FrameTable, id: number): boolean {
  const dso = frames.strings.text(frames.dso[id] ?? 0);
  const hi = frames.addressHi[id] ?? 0;
  return hi >= HIGH ? isKernelAddress(hi, frames.addressLo[id] ?? 0, dso) : isKernelDso(dso);
}

/** Upper half of the lowest of the kernel's addresses. */
const HIGH = 0xffff8000;

function isKernelAddress(hi: number, lo: number, dso: string): boolean {
  return !(hi === 0xffffffff && lo >= 0xfffff000) && dso !== '[vsyscall]';
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
  const { addressHi, addressLo, dso: dsoOf, strings } = frames;
  // few dsos, many frames: below the kernel's addresses the dso decides alone
  const byDso: ({ text: string; isKernel: boolean } | undefined)[] = [];
  for (let id = 0; id < isKernel.length; id++) {
    const dso = dsoOf[id] ?? 0;
    let known = byDso[dso];
    if (known === undefined) {
      const text = strings.text(dso);
      known = byDso[dso] = { text, isKernel: isKernelDso(text) };
    }
    const hi = addressHi[id] ?? 0;
    const found = hi >= HIGH ? isKernelAddress(hi, addressLo[id] ?? 0, known.text) : known.isKernel;
    if (found) isKernel[id] = 1;
  }
  return isKernel;
}
