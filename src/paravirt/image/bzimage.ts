import type { Faults } from './fault.js';
import type { ByteSource } from './source.js';

// Real-mode header of a bzImage (Linux Documentation/arch/x86/boot.rst).
const SETUP_SECTS = 0x1f1;
const BOOT_FLAG = 0x1fe;
const MAGIC = 0x202;
const VERSION = 0x206;
const KERNEL_VERSION = 0x20e;
const PAYLOAD_OFFSET = 0x248;
const HEADER_END = 0x250;

/** What a bzImage holds: the packed vmlinux and the version text of its header. */
export interface BzImage {
  readonly payload: Buffer;
  readonly release: string | null;
}

/** True where the bytes are a bzImage's real-mode header. */
export function isBzImage(head: Buffer): boolean {
  return (
    head.length >= HEADER_END &&
    head.readUInt16LE(BOOT_FLAG) === 0xaa55 &&
    head.toString('latin1', MAGIC, MAGIC + 4) === 'HdrS'
  );
}

/** Finds the packed kernel in a bzImage of boot protocol 2.08 (Linux 2.6.26) or later. */
export function openBzImage(source: ByteSource, faults: Faults): BzImage {
  const head = source.read(0, HEADER_END, 'the boot header');
  if (head.readUInt16LE(VERSION) < 0x208) {
    throw faults.refused('bzImage from before Linux 2.6.26', 'give the vmlinux of that kernel');
  }
  const setup = ((head[SETUP_SECTS] || 4) + 1) * 512;
  const offset = head.readUInt32LE(PAYLOAD_OFFSET);
  const length = head.readUInt32LE(PAYLOAD_OFFSET + 4);
  const payload = source.read(setup + offset, length, 'the packed kernel');
  return { payload, release: release(source, head.readUInt16LE(KERNEL_VERSION)) };
}

function release(source: ByteSource, pointer: number): string | null {
  const at = pointer + 0x200;
  if (pointer === 0 || at >= source.size) return null;
  const text = source.read(at, Math.min(128, source.size - at), 'the version text');
  return /^[0-9][^\s\0]*/.exec(text.toString('latin1'))?.[0] ?? null;
}
