import { inputError, type UserError } from '../errors.js';

/** How many bytes of an input are enough for sniff(). */
export const SNIFF_BYTES = 65_536;

/** What an input looks like. `text` and `binary` are what none of the others claims. */
export type Format =
  | 'empty'
  | 'perf-script'
  | 'perf-data'
  | 'perf-report'
  | 'perf-stat'
  | 'ftrace'
  | 'kallsyms'
  | 'folded'
  | 'html'
  | 'svg'
  | 'json'
  | 'pprof'
  | 'elf'
  | 'bzimage'
  | 'gzip'
  | 'zstd'
  | 'xz'
  | 'bzip2'
  | 'lz4'
  | 'zip'
  | 'utf16'
  | 'bare-cr'
  | 'text'
  | 'binary';

/** What openInput() undoes by itself. */
export type Compression = 'gzip' | 'zstd';

const startsWith = (head: Uint8Array, ...magic: number[]): boolean =>
  head.length >= magic.length && magic.every((byte, i) => head[i] === byte);

const startsWithText = (head: Uint8Array, magic: string): boolean =>
  startsWith(head, ...Buffer.from(magic, 'latin1'));

/** gzip member: ID1 ID2 CM=8 (RFC 1952, 2.3.1). A cut file may hold the first byte only. */
const isGzip = (head: Uint8Array): boolean => startsWith(head, 0x1f, 0x8b);

/** Zstandard frame 0xFD2FB528, or a skippable frame 0x184D2A50..5F, little-endian (RFC 8878, 3.1). */
const isZstd = (head: Uint8Array): boolean =>
  startsWith(head, 0x28, 0xb5, 0x2f, 0xfd) ||
  (head.length >= 4 && (head[0] ?? 0) >> 4 === 5 && startsWith(head.subarray(1), 0x2a, 0x4d, 0x18));

/** The compression that openInput() removes, by content. */
export function compressionOf(head: Uint8Array): Compression | null {
  return isGzip(head) ? 'gzip' : isZstd(head) ? 'zstd' : null;
}

/** xz: "The .xz File Format" 1.2.1, section 2.1.1.1. */
const isXz = (head: Uint8Array): boolean => startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00);

/** bzip2: "BZh", level, then the block magic pi (bzip2's decompress.c). */
const isBzip2 = (head: Uint8Array): boolean =>
  startsWithText(head, 'BZh') && startsWith(head.subarray(4), 0x31, 0x41, 0x59);

/** LZ4 frame, or the legacy frame (lz4_Frame_format.md; the kernel's own images use the latter). */
const isLz4 = (head: Uint8Array): boolean =>
  startsWith(head, 0x04, 0x22, 0x4d, 0x18) || startsWith(head, 0x02, 0x21, 0x4c, 0x18);

/** ZIP local file header (APPNOTE.TXT, 4.3.7). */
const isZip = (head: Uint8Array): boolean => startsWithText(head, 'PK\x03\x04');

/**
 * perf.data: PERF_MAGIC "PERFILE2", mirrored when the recorder had the other byte order, and the
 * first version's "PERFFILE" (tools/perf/util/header.c). Files and pipe mode begin alike.
 */
const isPerfData = (head: Uint8Array): boolean =>
  startsWithText(head, 'PERFILE2') ||
  startsWithText(head, '2ELIFREP') ||
  startsWithText(head, 'PERFFILE');

/** ELF: e_ident[EI_MAG0..3] (System V ABI, ELF header). */
const isElf = (head: Uint8Array): boolean => startsWith(head, 0x7f, 0x45, 0x4c, 0x46);

/** x86 boot image: "HdrS" at 0x202 (Documentation/arch/x86/boot.rst). */
const isBzImage = (head: Uint8Array): boolean => startsWithText(head.subarray(0x202), 'HdrS');

/**
 * pprof, after gzip: a Profile message that opens with sample_type (field 1, a short ValueType whose
 * first field is a varint: google/pprof's proto/profile.proto). A text cannot go on like this
 * after its first newline.
 */
const isPprof = (head: Uint8Array): boolean => {
  const length = head[1] ?? 0;
  return head[0] === 0x0a && length >= 2 && length <= 22 && length !== 0x0a && head[2] === 0x08;
};

/** UTF-16: a byte order mark, or ASCII with a NUL in every other byte (PowerShell's `>`). */
function isUtf16(head: Uint8Array): boolean {
  if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)) return true;
  const seen = head.subarray(0, 512);
  const zeros = [0, 0];
  for (const [i, byte] of seen.entries()) if (byte === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  return seen.length >= 8 && Math.max(even, odd) > seen.length / 3 && Math.min(even, odd) === 0;
}

/**
 * Bytes that no text recording holds. A comm may be any bytes but NUL (prctl PR_SET_NAME), so a
 * few control characters and broken UTF-8 are still text.
 */
function isBinary(head: Uint8Array): boolean {
  if (head.includes(0)) return true;
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  // a loop over the bytes takes V8, which has not compiled it yet, ten times as long

  const control = text.match(/[\x01-\x08\x0b\x0c\x0e-\x1f]/g)?.length ?? 0;
  return control * 50 > head.length;
}

/** The end of a comment or declaration that stands here, blanks before it aside; `at` where none does. */
function nextOfProlog(text: string, at: number): number {
  const part = /\s*(?:<!--[^]*?-->|<\?xml[^>]*>|<!DOCTYPE svg[^>]*>)/iy;
  part.lastIndex = at;
  return part.test(text) ? part.lastIndex : at;
}

/** Part by part: one pattern for any number of comments would try all ways of dividing them. */
function beginsWith(text: string, element: RegExp): boolean {
  if (!/^\s*</.test(text)) return false;
  let at = 0;
  for (let end = nextOfProlog(text, at); end > at; end = nextOfProlog(text, at)) at = end;
  element.lastIndex = at;
  return element.test(text);
}

const isHtml = (text: string): boolean =>
  beginsWith(text, /\s*<(?:!doctype\s+html|html|head|body)[\s>]/iy);

/** A flame graph as FlameGraph's flamegraph.pl and inferno write it. */
const isSvg = (text: string): boolean => beginsWith(text, /\s*<svg[\s>]/iy);

/** JSON (RFC 8259): an object or an array of values; a comm in brackets does not go on like this. */
const isJson = (text: string): boolean => /^\s*(?:\{\s*["}]|\[\s*[[{"\]])/.test(text);

/** ftrace and trace-cmd text: Documentation/trace/ftrace.rst, "Output format". */
const isFtrace = (text: string): boolean => /^# tracer: /m.test(text);

/** /proc/kallsyms and System.map: address, type letter, name (s_show() in kernel/kallsyms.c). */
const isKallsyms = (text: string): boolean =>
  /^(?:[0-9a-f]{8}|[0-9a-f]{16}) [a-zA-Z] \S+(?:\t\[\S+\])?\n/.test(text);

/** `perf stat`: print_header() in tools/perf/util/stat-display.c. */
const isPerfStat = (text: string): boolean => /^ *Performance counter stats for /m.test(text);

/** `perf report --stdio`: hists__fprintf_nr_sample_events() in tools/perf/builtin-report.c. */
const isPerfReport = (text: string): boolean =>
  /^# (?:Samples: \S+ +of event|Overhead +(?:sys|Command|Children|Symbol|Shared))/m.test(text) ||
  /^# Children +Self +Command/m.test(text);

/**
 * `perf script` text (tools/perf/builtin-script.c): its header block, a PERF_RECORD line, a time
 * stamp with six or nine decimals, an event before its callchain, or a frame's address.
 */
const isPerfScript = (text: string): boolean =>
  /^# ========/.test(text) ||
  /^# captured on +: /m.test(text) ||
  /(?:^|\s)PERF_RECORD_[A-Z_0-9]+/m.test(text) ||
  /\s\d+\.\d{6}(?:\d{3})?:\s/.test(text) ||
  /^[ \t]+[0-9a-f]{1,16}(?:[ \t]+\S.*)?$/m.test(text) ||
  shortLines(text).some(
    (line) =>
      /^.*\S +[\w/]\S*: +(?:[0-9a-f]{5,16} .*)?$/.test(line) ||
      /^ *\S.* +(?:[0-9a-f]{8}|[0-9a-f]{16}) \S.*$/.test(line) ||
      // an address of user space, in its column of 16
      /^ *\S.*(?: {5}[0-9a-f]{12}| {11}[0-9a-f]{6}) \S.*$/.test(line),
  );

/** The patterns above take the square of a line's length in time, and long lines tell nothing that others do not. */
const shortLines = (text: string): string[] =>
  text.split('\n').filter((line) => line.length <= 1024);

/**
 * Folded stacks as FlameGraph's stackcollapse scripts print them: frames joined by `;`, a space, a
 * count (difffolded.pl: two counts). Every line, and one of them with a `;`.
 */
function isFolded(lines: readonly string[]): boolean {
  const filled = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return (
    filled.some((line) => line.includes(';')) &&
    filled.every((line) => /^\S.* -?\d+(?:\.\d+)?$/.test(line)) &&
    !filled.some((line) => /\s\d+\.\d{6,9}:\s/.test(line))
  );
}

function sniffText(head: Uint8Array): Format {
  const bom = startsWith(head, 0xef, 0xbb, 0xbf) ? 3 : 0;
  const text = Buffer.from(head.buffer, head.byteOffset + bom, head.length - bom)
    .toString('latin1')
    .replaceAll('\r\n', '\n');
  if (isHtml(text)) return 'html';
  if (isSvg(text)) return 'svg';
  if (isJson(text)) return 'json';
  const lines = text.split('\n');
  // The head may end inside a line; a line cut short proves nothing.
  if (head.length >= SNIFF_BYTES && lines.length > 1) lines.pop();
  if (lines.length === 1 && /\r[^\r]/.test(text)) return 'bare-cr';
  if (isFolded(lines)) return 'folded';
  if (isKallsyms(text)) return 'kallsyms';
  if (isFtrace(text)) return 'ftrace';
  if (isPerfReport(text)) return 'perf-report';
  if (isPerfStat(text)) return 'perf-stat';
  return isPerfScript(lines.join('\n')) ? 'perf-script' : 'text';
}

const magics: readonly (readonly [Format, (head: Uint8Array) => boolean])[] = [
  ['gzip', isGzip],
  ['zstd', isZstd],
  ['xz', isXz],
  ['bzip2', isBzip2],
  ['lz4', isLz4],
  ['zip', isZip],
  ['perf-data', isPerfData],
  ['elf', isElf],
  ['bzimage', isBzImage],
  ['pprof', isPprof],
  ['utf16', isUtf16],
  ['binary', isBinary],
];

/** Names the format of an input from its first bytes (SNIFF_BYTES are plenty; fewer will do). */
export function sniff(bytes: Uint8Array): Format {
  const head = bytes.subarray(0, SNIFF_BYTES);
  if (head.length === 0) return 'empty';
  return magics.find(([, is]) => is(head))?.[0] ?? sniffText(head);
}

const wanted = 'give the text that `perf script` prints';

/** What to say of each format that is not perf script text: what it is, and what to do. */
const advice: Readonly<Record<Exclude<Format, 'perf-script'>, readonly [string, string]>> = {
  empty: ['is empty', 'record again, or look at the error that `perf script` gave'],
  'perf-data': ['is a perf.data file', 'run `perf script` on it where it was recorded'],
  'perf-report': ['looks like `perf report` output', `sums have no call chains; ${wanted}`],
  'perf-stat': [
    'looks like `perf stat` output',
    `it belongs to --base-stat or --new-stat; ${wanted}`,
  ],
  ftrace: ['looks like ftrace output', wanted],
  kallsyms: ['is a list of kernel symbols', 'it belongs to --base-kallsyms or --new-kallsyms'],
  folded: [
    'looks like folded stacks',
    'folded stacks carry no addresses or events; give perf script text',
  ],
  html: [
    'looks like an HTML page',
    'if it is a pvflame report use `pvflame extract`; else give perf script text',
  ],
  svg: ['looks like an SVG picture', `a drawn flame graph cannot be read back; ${wanted}`],
  json: [
    'looks like JSON',
    'a pvflame report goes to `pvflame verify`; else give perf script text or perf.data',
  ],
  pprof: ['looks like a pprof profile', `its samples carry no period and event; ${wanted}`],
  elf: [
    'is an ELF file',
    'a kernel image belongs to --base-vmlinux or --new-vmlinux, or to `pvflame sites`',
  ],
  bzimage: [
    'is a boot image of a kernel',
    'it belongs to --base-vmlinux or --new-vmlinux, or to `pvflame sites`',
  ],
  gzip: ['is compressed more than once', 'undo one layer with `gzip -dc`'],
  zstd: ['is compressed more than once', 'undo one layer with `zstd -dc`'],
  xz: ['is xz-compressed', 'unpack it first: `xz -dc FILE | pvflame ... -`'],
  bzip2: ['is bzip2-compressed', 'unpack it first: `bzip2 -dc FILE | pvflame ... -`'],
  lz4: ['is lz4-compressed', 'unpack it first: `lz4 -dc FILE | pvflame ... -`'],
  zip: ['is a zip archive', 'unpack it and give the recording inside'],
  utf16: ['is UTF-16 text', 'convert it first: `iconv -f UTF-16 -t UTF-8`'],
  'bare-cr': ['ends its lines with carriage returns alone', "convert it first: `tr '\\r' '\\n'`"],
  text: ['has no line that looks like `perf script` output', wanted],
  binary: ['is not text', `${wanted}, or a perf.data file`],
};

/** The error for an input that is not perf script text. */
export function notPerfScript(name: string, format: Exclude<Format, 'perf-script'>): UserError {
  const [what, todo] = advice[format];
  return inputError(name, what, todo);
}

/** Passes perf script text; throws a UserError with its own advice for every other format. */
export function requirePerfScript(name: string, format: Format): void {
  if (format !== 'perf-script') throw notPerfScript(name, format);
}
