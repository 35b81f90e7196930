import type { KernelImage } from './kernel-image.js';
import { initialTargets } from './op-tables.js';
import type { Site, SiteTable } from './sites.js';
import { staticCallFunctions } from './static-calls.js';

/** Machine code with its disassembly, AT&T syntax as in the kernel's own listings. */
export interface Code {
  /** Hex. */
  bytes: string;
  text: string;
}

/** A site in both states: as built, and as boot code leaves it on a machine without a hypervisor. */
export interface SiteCode {
  built: Code;
  /** null: never patched, or to what is not known. */
  patched: Code | null;
}

/** The kernel's nops by length (arch/x86/include/asm/nops.h, 64 bit). */
const NOPS = [
  '',
  '90',
  '6690',
  '0f1f00',
  '0f1f4000',
  '0f1f440000',
  '660f1f440000',
  '0f1f8000000000',
];
/** `jmp *rel32(%rip)` and `jmp *abs32`, how kernels to 5.12 leave for user space, and a static call at a function's end. */
const JUMP = /^(?:ff2[45]|e9)/;
/** The call or jump in a site's disassembly, also one of a thunk: the word that it goes through is shown by name. */
const CALL = /\b(call|jmp)q? [^;]*/;
const NOTHING = /^_?paravirt_nop$|^nop_func$/;

/** Gives a function that shows a site's code; loads the decoder once. */
export async function siteCoder(
  image: KernelImage,
  table: SiteTable,
): Promise<(site: Site) => SiteCode> {
  const { Decoder, DecoderOptions, Formatter, FormatterSyntax } = await import('iced-x86');
  const targets = initialTargets(image.memory, image.symbols, table.tables);
  const called = staticCallFunctions(image.memory, image.symbols);
  const formatter = new Formatter(FormatterSyntax.Gas);
  formatter.spaceAfterOperandSeparator = false;

  const disassemble = (bytes: Buffer): string => {
    const decoder = new Decoder(64, bytes, DecoderOptions.None);
    const parts: string[] = [];
    while (decoder.canDecode) {
      const instruction = decoder.decode();
      parts.push(formatter.format(instruction).replaceAll('\t', ' '));
      instruction.free();
    }
    decoder.free();
    return parts.join('; ');
  };
  const code = (hex: string): Code => ({ bytes: hex, text: disassemble(Buffer.from(hex, 'hex')) });

  const built = ({ address, length }: Site): string =>
    image.readText(address, length)?.toString('hex') ?? '';

  const patched = (site: Site): Code | null => {
    if (!site.tabled) return null;
    if (site.inline !== null && site.inline !== '') {
      return code(site.inline + (NOPS[site.length - site.inline.length / 2] ?? ''));
    }
    const isStatic = site.source === 'static_call';
    const target = (isStatic ? called : targets).get(site.op);
    if (target === undefined) return null;
    if (NOTHING.test(target.name) && !isStatic) return code(NOPS[site.length] ?? '');
    const bytes = built(site);
    // a static call may be a conditional jump
    if (bytes.startsWith('0f')) return null;
    const isJump = JUMP.test(bytes);
    const direct = Buffer.alloc(5);
    direct[0] = isJump ? 0xe9 : 0xe8;
    direct.writeInt32LE(Number(BigInt.asIntN(32, target.address - site.address - 5n)), 1);
    const rest = NOPS[site.length - 5] ?? '';
    return {
      bytes: direct.toString('hex') + rest,
      text: `${isJump ? 'jmp' : 'call'} ${target.name}${rest === '' ? '' : '; nop'}`,
    };
  };

  return (site) => {
    const bytes = built(site);
    const verb = JUMP.test(bytes) ? 'jmp' : 'call';
    const text =
      site.source === 'static_call'
        ? `${verb} (static call of ${site.op})`
        : disassemble(Buffer.from(bytes, 'hex')).replace(CALL, `$1 *(${site.op})`);
    return { built: { bytes, text }, patched: patched(site) };
  };
}
