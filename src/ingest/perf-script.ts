import { emptyHeader, readHeaderLine, type RecordingHeader } from './header-block.js';
import { flatFrame } from './flat-frame.js';
import { LineCache } from './line-cache.js';
import { LineLedger } from './line-ledger.js';
import {
  parseBareFlatLine,
  parseBareLine,
  parseSampleLine,
  type SampleLine,
} from './sample-line.js';
import { parseFrameLine } from './frame-line.js';
import { Scanner, type BlockSink, type Scan } from './scanner.js';
import { FrameTable, StringTable } from './tables.js';

/** A sample as handed on; the object and the frame buffer are reused for the next one. */
export interface Sample extends SampleLine {
  /** Frame ids of the reader's FrameTable, leaf first, in frames[0..depth). */
  frames: Int32Array;
  depth: number;
}

export type SampleSink = (sample: Readonly<Sample>) => void;

/** What a whole input was, besides its samples. */
export interface Recording {
  header: RecordingHeader;
  lines: LineLedger;
  /** Samples and events that perf says were lost. */
  lost: number;
  samples: number;
  /** Samples that came with one address on the sample line, not with a callchain. */
  flatSamples: number;
  /** Samples without a printed period: they weigh 1. */
  samplesWithoutPeriod: number;
  /** true: the last sample was cut off in a line, and left out. */
  truncated: boolean;
  /** Seconds; NaN without time stamps. */
  firstTime: number;
  lastTime: number;
}

const NEWLINE = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;
const HASH = 35;
const COLON = 58;
const ZERO = 48;
const NINE = 57;
/** A line longer than this is skipped: it bounds what hostile input can make us hold. */
const LONGEST_LINE = 1 << 20;
/** Bytes of what is not regular that are read line by line before it is seen whether scanning may go on. */
const PIECE = 1 << 14;
const TOO_LONG = 'longer than a mebibyte';
export const NO_ADDRESS = 'a sample without an address';
/** Names of perf_event__name() (tools/perf/util/event.c): a comm may begin like one. */
const RECORD =
  /(?:^|\s)PERF_RECORD_(?:MMAP2?|COMM|FORK|EXIT|LOST(?:_SAMPLES)?|THROTTLE|UNTHROTTLE|SWITCH(?:_CPU_WIDE)?|NAMESPACES|CGROUP|KSYMBOL|BPF_EVENT|TEXT_POKE|AUX\w*|ITRACE_START|FINISHED_\w+|COMPRESSED)(?![A-Z_])/;

/** A user callchain that came later than its samples (perf 6.19 and later, process_deferred_sample_event()). */
const DEFERRED = /\d\.\d{6,9}: DEFERRED CALLCHAIN \[cookie: [0-9a-f]+\]$/;
const UNMERGED = 'a deferred callchain that was not merged; leave out --no-merge-callchains';

type State =
  | 'between' // expecting a sample line
  | 'callchain' // in a sample whose frames follow
  | 'self-contained' // behind a sample line that brought its own address or trace text
  | 'record'; // behind a PERF_RECORD line, or a deferred callchain

/**
 * Reads `perf script` text from chunks of bytes. Knows lines, samples and frames, nothing about
 * kernels. Hands each finished sample to the sink; never throws on any bytes.
 */
export class PerfScriptReader {
  readonly frames: FrameTable;
  readonly recording: Recording;
  private readonly frameLines = new LineCache();
  private carry: Uint8Array = new Uint8Array(0);
  private discarding = false;
  private lineNumber = 0;
  private state: State = 'between';
  private stack = new Int32Array(256);
  private depth = 0;
  private current: SampleLine | undefined;
  private currentLine = 0;
  private currentFrames = 0;
  /** The first frame came on the sample line. */
  private ownIp = false;
  /** A sample for which perf printed no line (-F ip,sym). */
  private lineless: SampleLine | undefined;
  /** The recording's samples name no event. */
  private eventless = false;
  private bare: { text: string; line: number } | undefined;
  /** -F is the same for a whole recording, so what the first sample looks like, the others do. */
  private form: 'unknown' | 'full' | 'bare' = 'unknown';
  private sawDso = false;
  private inHeaderBlock = false;
  /** The fast path; null where there is none, or where it does not pay. */
  private scanner: Scanner | null | undefined;
  /** Bytes that wait in the scanner's memory for the rest of their sample. */
  private held = 0;
  /** Where bytes are read into while there is no scanner. */
  private own: Uint8Array = new Uint8Array(0);
  private scanned = 0;
  private irregular = 0;

  constructor(
    private readonly sink: SampleSink,
    frames?: FrameTable,
    /** Takes samples in blocks where they are regular; without it all come one by one. */
    private readonly blocks?: BlockSink,
  ) {
    if (blocks === undefined) this.scanner = null;
    this.frames = frames ?? new FrameTable(new StringTable());
    this.recording = {
      header: emptyHeader(),
      lines: new LineLedger(),
      lost: 0,
      samples: 0,
      flatSamples: 0,
      samplesWithoutPeriod: 0,
      truncated: false,
      firstTime: NaN,
      lastTime: NaN,
    };
  }

  /** Samples that came in blocks. */
  get scannedSamples(): number {
    return this.scanned;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    while (start < chunk.length) {
      if (this.held > 0 || this.readyToScan()) {
        const rest = chunk.subarray(start);
        this.scanner?.input(this.held + rest.length).set(rest, this.held);
        this.scan(rest.length);
        return;
      }
      start = this.lines(chunk, start);
    }
  }

  /** A place for the next bytes of the input, to be read into and then told of by `filled`: saves a copy. */
  room(size: number): Uint8Array {
    if (this.scanner && (this.held > 0 || this.readyToScan())) {
      const end = this.held + size;
      return this.scanner.input(end).subarray(this.held, end);
    }
    if (this.own.length < size) this.own = Buffer.allocUnsafeSlow(size);
    return this.own.subarray(0, size);
  }

  /** Takes the first `length` bytes of the place that `room` gave. */
  filled(place: Uint8Array, length: number): void {
    if (place.buffer === this.own.buffer) this.push(place.subarray(0, length));
    else this.scan(length);
  }

  /** Whether a sample may begin here, and what samples look like is known. */
  private readyToScan(): boolean {
    const here =
      this.scanner !== null &&
      this.form === 'full' &&
      this.carry.length === 0 &&
      !this.discarding &&
      !this.inHeaderBlock &&
      this.bare === undefined &&
      (this.state === 'between' ? this.current === undefined : this.isFlat);
    return here && this.scanner !== undefined;
  }

  /** Whether the current sample has its frame on its own line: the next sample's line would end it. */
  private get isFlat(): boolean {
    return this.state === 'self-contained' && this.ownIp && this.depth === 1;
  }

  /** Ends a flat sample where the scanner knows the next line as a sample's; null: more bytes would tell. */
  private endFlat(scanner: Scanner, length: number, from: number): boolean | null {
    const next = scanner.startsSample(length, from);
    if (next !== true) return next;
    this.finishSample();
    this.state = 'between';
    return true;
  }

  /** Reads regular samples through the scanner, and all others line by line: what it holds, and `fresh` bytes behind. */
  private scan(fresh: number): void {
    const { scanner } = this;
    if (!scanner) return;
    const length = this.held + fresh;
    this.held = 0;
    let from = 0;
    while (from < length) {
      const begins = this.current === undefined ? true : this.endFlat(scanner, length, from);
      let next: Scan['next'] = begins === null ? 'more' : 'irregular';
      if (begins === true) {
        const scan = scanner.scan(length, from);
        from = scan.read;
        next = scan.next;
        this.account(scan);
        this.sawDso ||= scanner.sawDso();
      }
      if (next === 'again') continue;
      if (next === 'more' && length - from <= LONGEST_LINE) {
        scanner.input(length).copyWithin(0, from, length);
        this.held = length - from;
        return;
      }
      this.irregular++;
      // where little is regular, looking twice at every line does not pay
      if (this.irregular > 500 && this.irregular > this.scanned) {
        this.scanner = null;
        this.push(scanner.input(length).slice(from, length));
        return;
      }
      do {
        // a copy: taking samples may move the scanner's memory away
        const piece = scanner.input(length).slice(from, Math.min(length, from + PIECE));
        from += this.lines(piece, 0);
      } while (from < length && !this.readyToScan());
      if (!this.readyToScan()) return;
    }
  }

  private account(scan: Scan): void {
    const { recording } = this;
    const { samples, frames, empty } = scan;
    if (empty > 0) {
      recording.lines.skip(NO_ADDRESS, this.lineNumber + scan.firstEmpty + 1, empty);
      recording.lines.count('blank', empty);
    }
    this.lineNumber += scan.lines;
    if (samples === 0) return;
    this.scanned += samples;
    recording.lines.count('sample', samples);
    recording.lines.count('frame', frames);
    recording.lines.count('blank', samples - scan.flat + scan.flatBlanks);
    recording.samples += samples;
    recording.flatSamples += scan.flat;
    recording.samplesWithoutPeriod += scan.withoutPeriod;
    if (!Number.isNaN(scan.firstTime)) this.sawTimes(scan.firstTime, scan.lastTime);
  }

  /** Reads lines from `start` on; returns where it stopped: at the end, or where scanning may go on. */
  private lines(chunk: Uint8Array, from: number): number {
    let start = from;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) break;
      if (this.discarding || this.carry.length + newline - start > LONGEST_LINE) {
        this.discarding = false;
        this.carry = new Uint8Array(0);
        this.lineNumber++;
        this.recording.lines.skip(TOO_LONG, this.lineNumber);
      } else if (this.carry.length > 0) {
        const whole = joined(this.carry, chunk.subarray(start, newline));
        this.carry = new Uint8Array(0);
        this.line(whole, 0, whole.length);
      } else {
        this.line(chunk, start, newline);
      }
      start = newline + 1;
      if (this.readyToScan()) return start;
    }
    if (start < chunk.length && !this.discarding) {
      this.carry = joined(this.carry, chunk.subarray(start));
      if (this.carry.length > LONGEST_LINE) {
        this.carry = new Uint8Array(0);
        this.discarding = true;
      }
    }
    return chunk.length;
  }

  /** Ends the input: finishes the last sample, or says that it was cut off. */
  end(): Recording {
    this.finishHeld();
    if (this.discarding) {
      this.recording.lines.skip(TOO_LONG, this.lineNumber + 1);
    } else if (this.carry.length > 0) {
      this.lastLine(this.carry);
    }
    this.dropBare();
    this.finishSample();
    return this.recording;
  }

  /** What the scanner still holds is the beginning of a sample: its end may be missing. */
  private finishHeld(): void {
    const { scanner, held } = this;
    if (!scanner || held === 0) return;
    this.scanner = null;
    this.held = 0;
    this.lines(scanner.input(held).slice(0, held), 0);
  }

  /** A last line without a newline: whole, or cut anywhere. */
  private lastLine(bytes: Uint8Array): void {
    const text = decode(bytes, 0, bytes.length).trimEnd();
    const indented = this.state === 'callchain' ? /^\s/.test(text) : text.startsWith('\t');
    // within the blanks before an address too
    const inFrame = this.state === 'callchain' && bytes.every((b) => b === TAB || b === SPACE);
    const inChain = this.current !== undefined && (indented || inFrame);
    const isBlank = text === '' && !inFrame;
    if (isBlank || !(inChain ? this.isCutFrame(text) : this.isCutSample(text))) {
      this.line(bytes, 0, bytes.length);
      return;
    }
    this.lineNumber++;
    this.recording.truncated = true;
    const { lines } = this.recording;
    const reason = 'cut off at the end of the input';
    if (inChain) {
      const counted = this.current === this.lineless ? 0 : 1;
      lines.recall('sample', counted);
      lines.recall('frame', this.currentFrames);
      lines.skip(reason, this.currentLine, counted + this.currentFrames + 1);
      this.current = undefined;
    } else {
      lines.skip(reason, this.lineNumber);
    }
  }

  private isCutFrame(text: string): boolean {
    // where no dso ends a line, nothing but its newline tells that it is whole
    if (!this.sawDso) return true;
    const frame = parseFrameLine(text);
    if (frame === undefined || (!frame.inlined && frame.dso === '')) return true;
    // "/tmp/a (deleted))" that lost its last byte
    return frame.dso.split('(').length > frame.dso.split(')').length;
  }

  private isCutSample(text: string): boolean {
    if (this.form !== 'full' || text.startsWith('#') || RECORD.test(text)) return false;
    const sample = parseSampleLine(text);
    if (sample === undefined || (sample.event === '') !== this.eventless) return true;
    if (sample.rest === '') return !text.endsWith(':') && !this.eventless;
    const ip = flatFrame(sample.rest);
    return this.sawDso && this.recording.flatSamples > 0 && (ip === undefined || ip.dso === '');
  }

  private line(bytes: Uint8Array, start: number, endWithCr: number): void {
    this.lineNumber++;
    let end = endWithCr;
    if (end > start && bytes[end - 1] === CR) end--;
    let at = start;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
    if (at === end) {
      this.recording.lines.count('blank');
      this.dropBare();
      this.finishSample();
      this.state = 'between';
    } else if (at > start && this.state === 'callchain' && !this.isNextSample(bytes, start, end)) {
      this.indented(bytes, start, at, end);
    } else if (bytes[start] === TAB) {
      this.tabbed(bytes, start, at, end);
    } else {
      this.unindented(bytes, start, end);
    }
  }

  /**
   * Whether a line that blanks begin is a sample's, not a frame's: perf indents comms ("%16s ") where it prints no
   * callchain, and a comm may look like an address. It is one if it says the same of its sample as the last one did.
   */
  private isNextSample(bytes: Uint8Array, start: number, end: number): boolean {
    const { current, form } = this;
    if (bytes[start] !== SPACE || current === undefined || form === 'bare') return false;
    let last = end - 1;
    while (bytes[last] === SPACE) last--;
    const byte = bytes[last] ?? 0;
    if (byte !== COLON && !(byte >= ZERO && byte <= NINE)) return false;
    const next = parseSampleLine(decode(bytes, start, end));
    return (
      next?.rest === '' &&
      (next.event === '') === (current.event === '') &&
      Number.isNaN(next.time) === Number.isNaN(current.time) &&
      next.period < 0 === current.period < 0 &&
      next.tid < 0 === current.tid < 0
    );
  }

  /** Indented within a callchain sample: a frame, or a source line behind one. */
  private indented(bytes: Uint8Array, start: number, at: number, end: number): void {
    if (at - start === 2 && bytes[start] === SPACE && this.depth > 0) {
      const text = decode(bytes, at, end);
      if (!/^[0-9a-f]{4,16} \S.*\)$/.test(text)) {
        this.recording.lines.count('srcline');
        if (text.endsWith(' (inlined)')) this.markInlined();
        return;
      }
    }
    this.frame(bytes, at, end);
  }

  /** With srcline, perf's "(inlined)" stands behind the source line, not behind the frame. */
  private markInlined(): void {
    const leaf = this.frames.frame(this.stack[this.depth - 1] ?? 0);
    this.stack[this.depth - 1] = this.frames.id({ ...leaf, dso: '', inlined: true });
  }

  /** A tab where no callchain is open. */
  private tabbed(bytes: Uint8Array, start: number, at: number, end: number): void {
    const text = decode(bytes, start, end);
    if (this.bare !== undefined) this.openBare();
    const isFrame = /^\t[ 0-9a-f]{16}(?: |$)/.test(text);
    if (this.state === 'record') {
      // a comm may begin with a tab
      if (isFrame || !saysTask(text) || !this.full(text)) this.recording.lines.count('record');
    } else if (this.current !== undefined) {
      // a callchain follows: what looked like an ip on the sample line was another field
      if (this.depth === 1 && this.ownIp) {
        this.depth = 0;
        this.ownIp = false;
        this.recording.flatSamples--;
      }
      this.frame(bytes, at, end);
    } else if (this.form !== 'bare' && !isFrame && this.full(text)) {
      // the same
    } else if (isRecord(text)) {
      this.record(text);
    } else if (this.form !== 'full' && parseFrameLine(text) !== undefined) {
      // -F ip,sym prints no sample line at all
      this.open(parseBareLine('[no task]'), this.lineNumber);
      this.lineless = this.current;
      this.recording.lines.recall('sample', 1);
      this.frame(bytes, at, end);
    } else if (this.form !== 'full' && this.state === 'between') {
      this.bareLine(text);
    } else {
      this.recording.lines.skip('a frame without a sample', this.lineNumber);
    }
  }

  private frame(bytes: Uint8Array, at: number, end: number): void {
    const id = this.frameLines.get(bytes, at, end, () => {
      const frame = parseFrameLine(decode(bytes, at, end));
      if (frame?.dso) this.sawDso = true;
      return frame === undefined ? -1 : this.frames.id(frame);
    });
    if (id < 0) {
      this.recording.lines.skip('not a frame', this.lineNumber);
      return;
    }
    if (this.current === undefined) {
      this.recording.lines.skip('a frame without a sample', this.lineNumber);
      return;
    }
    this.recording.lines.count('frame');
    this.currentFrames++;
    if (this.depth === this.stack.length) {
      const grown = new Int32Array(this.depth * 2);
      grown.set(this.stack);
      this.stack = grown;
    }
    this.stack[this.depth++] = id;
  }

  private unindented(bytes: Uint8Array, start: number, end: number): void {
    this.dropBare();
    const text = decode(bytes, start, end);
    if (bytes[start] === HASH && (this.inHeaderBlock || this.isComment(text))) {
      if (/^# ={6,}$/.test(text)) this.inHeaderBlock = !this.inHeaderBlock;
      readHeaderLine(this.recording.header, text);
      this.recording.lines.count('comment');
      return;
    }
    this.inHeaderBlock = false;
    if (this.form === 'bare') {
      if (isRecord(text)) this.record(text);
      else this.bareLine(text);
    } else if (!this.full(text)) {
      if (isRecord(text)) this.record(text);
      else if (DEFERRED.test(text)) this.deferred();
      else if (this.state === 'self-contained' && /^ {2}\S/.test(text))
        this.recording.lines.count('srcline');
      else if (this.form === 'unknown' && this.state !== 'callchain') this.bareLine(text);
      else if (this.state === 'record' && /^\s/.test(text)) this.recording.lines.count('record');
      else this.recording.lines.skip('neither a sample nor a frame', this.lineNumber);
    }
  }

  /** Opens a sample whose line has a time stamp or an event; false: the line is none. */
  private full(text: string): boolean {
    if (text.startsWith('|') && this.current !== undefined) return false; // -F +srccode
    const sample = parseSampleLine(text);
    if (sample === undefined || sample.event.startsWith('PERF_RECORD_')) return false;
    if (isRecord(text)) {
      // trace text may speak of a record, but a record stands right behind the time
      const bare = sample.event === '' || Number.isNaN(sample.time);
      if (bare || /\d\.\d{6,9}: PERF_RECORD_/.test(text)) return false;
    }
    this.finishSample();
    this.open(sample, this.lineNumber);
    return true;
  }

  /** A task alone: a flat sample if an ip follows in its column, else frames will tell. */
  private bareLine(text: string): void {
    const flat = parseBareFlatLine(text);
    if (flat !== undefined && flatFrame(flat.rest) !== undefined) {
      this.finishSample();
      this.form = 'bare';
      this.open(flat, this.lineNumber);
    } else {
      this.bare = { text, line: this.lineNumber };
    }
  }

  /** Outside the header block a comm may begin with '#'. */
  private isComment(text: string): boolean {
    if (/^# ={6,}$/.test(text) || text === '#') return true;
    return this.form !== 'bare' && parseSampleLine(text) === undefined;
  }

  private record(text: string): void {
    this.finishSample();
    this.recording.lines.count('record');
    const lost = /PERF_RECORD_LOST(?:_SAMPLES)?:?\s+(?:lost )?(\d+)/.exec(text);
    if (lost !== null) this.recording.lost += Number(lost[1]);
    this.state = 'record';
  }

  private deferred(): void {
    this.finishSample();
    this.recording.lines.skip(UNMERGED, this.lineNumber);
    this.state = 'record';
  }

  private open(sample: SampleLine | undefined, line: number): void {
    if (sample === undefined) return;
    this.recording.lines.count('sample');
    this.current = sample;
    this.currentLine = line;
    this.currentFrames = 0;
    this.ownIp = false;
    this.depth = 0;
    this.state = 'callchain';
    if (sample.rest === '') return;
    const ip = flatFrame(sample.rest);
    if (ip === undefined) {
      this.state = 'self-contained';
      return;
    }
    if (ip.dso !== '') this.sawDso = true;
    this.stack[this.depth++] = this.frames.id(ip);
    this.recording.flatSamples++;
    this.ownIp = true;
    this.state = 'self-contained';
  }

  private openBare(): void {
    const bare = this.bare;
    this.bare = undefined;
    if (bare === undefined) return;
    this.form = 'bare';
    this.finishSample();
    this.open(parseBareLine(bare.text), bare.line);
  }

  private dropBare(): void {
    if (this.bare === undefined) return;
    if (this.bare.text.startsWith('#')) this.recording.lines.count('comment');
    else this.recording.lines.skip('neither a sample nor a frame', this.bare.line);
    this.bare = undefined;
  }

  /** Samples may be out of order. */
  private sawTimes(first: number, last: number): void {
    const { recording } = this;
    if (!(first >= recording.firstTime)) recording.firstTime = first;
    if (!(last <= recording.lastTime)) recording.lastTime = last;
  }

  private finishSample(): void {
    const sample = this.current;
    this.current = undefined;
    if (sample === undefined) return;
    if (this.depth === 0) {
      if (sample === this.lineless) return;
      this.recording.lines.recall('sample', 1);
      this.recording.lines.skip(NO_ADDRESS, this.currentLine);
      return;
    }
    const { recording } = this;
    if (this.form === 'unknown') {
      const bare = sample.event === '' && Number.isNaN(sample.time);
      this.form = bare ? 'bare' : 'full';
      this.eventless = sample.event === '';
      // before the first sample is handed on: all of a run's are summed in one place
      if (!bare && this.blocks !== undefined && this.scanner === undefined)
        this.scanner = Scanner.of(this.blocks, this.frames, isRegular);
    }
    recording.samples++;
    if (sample.period < 0) recording.samplesWithoutPeriod++;
    if (!Number.isNaN(sample.time)) this.sawTimes(sample.time, sample.time);
    this.sink({ ...sample, frames: this.stack, depth: this.depth });
  }
}

/** Whether a line names a thread, and when or why it was sampled. */
function saysTask(text: string): boolean {
  const sample = parseSampleLine(text);
  return (
    sample !== undefined && sample.tid >= 0 && (sample.event !== '' || !Number.isNaN(sample.time))
  );
}

/** Whether a sample line means what it says wherever it stands. */
function isRegular(text: string): boolean {
  return !text.startsWith('|') && !isRecord(text);
}

function isRecord(text: string): boolean {
  return RECORD.test(text);
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
