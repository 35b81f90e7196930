/**
 * The reader's fast path: WebAssembly (assembly/scan.ts) reads the regular samples of a block of text and
 * builds the prefix tree; what is not regular it leaves to PerfScriptReader, which decides what every line
 * means, also here: each frame text and each form of sample line is parsed by it once.
 */
import { parseFrameLine } from './frame-line.js';
import { parseSampleLine, type SampleLine } from './sample-line.js';
import type { FrameTable } from './tables.js';
import { instantiator, type WasmMemory } from './wasm.js';

/** Which addresses tell frames apart: none, the kernel's (16 digits), or all. */
export type Addresses = 'none' | 'kernel' | 'all';

/** Samples of one block, in file order. Arrays are views that the next scan overwrites. */
export interface ScannedBlock {
  readonly samples: number;
  /** Of each sample: its stack's node, its form, its period (-1: none printed). */
  readonly nodes: Int32Array;
  readonly forms: Int32Array;
  readonly periods: Float64Array;
  /** The tree so far: parent and key of each node; parents come first; keys are frame ids, or -1 - task at the top. */
  readonly nodeCount: number;
  readonly tree: Int32Array;
}

/** Takes samples as the scanner has them. */
export interface BlockSink {
  /** Whether stacks of one comm, but of different processes or threads, are different. */
  readonly byThread: boolean;
  readonly addresses: Addresses;
  /** A number of 0 or more for the task of samples like this one; samples of one task share their stacks. */
  task(sample: Readonly<SampleLine>): number;
  /**
   * Nodes that the scanner's tree is to have from `size` on, which were made elsewhere: parent and key of each,
   * in turn. Where the sink has no tree of the same numbers there are none.
   */
  ahead(size: number): readonly number[];
  /** `forms[i]` is a sample of form i: its comm, event and whether it has a period hold for all of them. */
  block(block: ScannedBlock, forms: readonly SampleLine[]): void;
  /** The scanner that gives the blocks, kept for the next recording: it knows the frames already. */
  scanner?: Scanner | null;
}

interface Exports {
  memory: WasmMemory;
  configure(addresses: number, byThread: boolean): void;
  reserve(size: number): number;
  scan(length: number, from: number): number;
  setTask(form: number, task: number): void;
  why(): number;
  sampleCount(): number;
  frameCount(): number;
  withoutPeriod(): number;
  nodeCount(): number;
  emptyCount(): number;
  firstEmptyLine(): number;
  child(parent: number, key: number): number;
  nodesAt(): number;
  sampleNodesAt(): number;
  formsAt(): number;
  periodsAt(): number;
  earliestSeconds(): number;
  earliestNanos(): number;
  latestSeconds(): number;
  latestNanos(): number;
}

/** What one scan did. `more`: the rest is the beginning of a sample; else it is not regular, or to be scanned again. */
export interface Scan {
  readonly read: number;
  readonly next: 'more' | 'irregular' | 'again';
  readonly samples: number;
  readonly frames: number;
  readonly withoutPeriod: number;
  /** Samples without a frame, which are in no block; the line of the first, counted from the scan's own. */
  readonly empty: number;
  readonly firstEmpty: number;
  /** Seconds; NaN without samples. */
  readonly firstTime: number;
  readonly lastTime: number;
}

const MODES: Readonly<Record<Addresses, number>> = { none: 0, kernel: 1, all: 2 };

/** Scans the text of one or more recordings, one after another. */
export class Scanner {
  private readonly wasm: Exports;
  private readonly forms: SampleLine[] = [];
  private inputAt = 0;
  private inputSize = 0;
  /** All of the module's memory. */
  private bytes = Buffer.alloc(0);

  private constructor(
    private readonly frames: FrameTable,
    private readonly sink: BlockSink,
    /** Whether a sample line means what it says wherever it stands. */
    private readonly regular: (text: string) => boolean,
    instance: (env: object) => Exports,
  ) {
    this.wasm = instance({
      newFrame: (at: number, length: number) => this.newFrame(at, length),
      // offsets of 2^53 and more say nothing, as in parseFrameLine
      frameLike: (like: number, hi: number, lo: number, offset: number) =>
        frames.idLike(like, hi >>> 0, lo >>> 0, Number.isSafeInteger(offset) ? offset : -1),
      newForm: (
        at: number,
        length: number,
        time: number,
        timeEnd: number,
        period: number,
        periodEnd: number,
      ) => this.newForm(at, length, [time - at, timeEnd - at], [period - at, periodEnd - at]),
    });
    this.wasm.configure(MODES[sink.addresses], sink.byThread);
  }

  /** The sink's scanner, made if it has none yet; null where WebAssembly with SIMD is not to be had. */
  static of(
    sink: BlockSink,
    frames: FrameTable,
    regular: (text: string) => boolean,
  ): Scanner | null {
    if (sink.scanner === undefined) {
      const instance = instantiator<Exports>('scan.wasm');
      sink.scanner = instance === null ? null : new Scanner(frames, sink, regular, instance);
    }
    return sink.scanner;
  }

  /** Room for `size` bytes of text in the scanner's memory; what was there is kept if it fits. */
  input(size: number): Uint8Array {
    if (size > this.inputSize) {
      const kept = this.inputSize === 0 ? null : this.view().slice();
      this.inputAt = this.wasm.reserve(size);
      this.inputSize = size;
      if (kept !== null) this.view().set(kept);
    }
    return this.view();
  }

  /** Reads regular samples from the input's first `length` bytes, beginning at `from`. */
  scan(length: number, from: number): Scan {
    const { wasm } = this;
    const before = wasm.nodeCount();
    const ahead = this.sink.ahead(before);
    for (let i = 0; i < ahead.length; i += 2) wasm.child(ahead[i] ?? -1, ahead[i + 1] ?? 0);
    const read = wasm.scan(length, from);
    const samples = wasm.sampleCount();
    const why = wasm.why();
    // a task may be new without a sample
    if (samples > 0 || wasm.nodeCount() > before)
      this.sink.block(this.takeBlock(samples), this.forms);
    return {
      read,
      next: why === 0 ? 'more' : why === 1 ? 'irregular' : 'again',
      samples,
      frames: wasm.frameCount(),
      withoutPeriod: wasm.withoutPeriod(),
      empty: wasm.emptyCount(),
      firstEmpty: wasm.firstEmptyLine(),
      firstTime: samples === 0 ? NaN : seconds(wasm.earliestSeconds(), wasm.earliestNanos()),
      lastTime: samples === 0 ? NaN : seconds(wasm.latestSeconds(), wasm.latestNanos()),
    };
  }

  /** Whether a frame of the last scan's samples names a dso. */
  sawDso(): boolean {
    const { wasm, frames } = this;
    const { samples, nodes, tree } = this.takeBlock(wasm.sampleCount());
    for (let i = 0; i < samples; i++) {
      for (let at = nodes[i] ?? -1; at >= 0; at = tree[2 * at] ?? -1) {
        const key = tree[2 * at + 1] ?? -1;
        if (key >= 0 && frames.strings.text(frames.dso[key] ?? 0) !== '') return true;
      }
    }
    return false;
  }

  private view(): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer, this.inputAt, this.inputSize);
  }

  private takeBlock(samples: number): ScannedBlock {
    const { wasm } = this;
    const { buffer } = wasm.memory;
    const nodeCount = wasm.nodeCount();
    return {
      samples,
      nodes: new Int32Array(buffer, wasm.sampleNodesAt(), samples),
      forms: new Int32Array(buffer, wasm.formsAt(), samples),
      periods: new Float64Array(buffer, wasm.periodsAt(), samples),
      nodeCount,
      tree: new Int32Array(buffer, wasm.nodesAt(), nodeCount * 2),
    };
  }

  /** As the line reader decodes: a byte order mark stands for itself. */
  private text(at: number, length: number): string {
    const { buffer } = this.wasm.memory;
    // growing memory takes the old view away
    if (this.bytes.buffer !== buffer) this.bytes = Buffer.from(buffer);
    return this.bytes.toString('utf8', at, at + length);
  }

  private newFrame(at: number, length: number): number {
    const frame = parseFrameLine(this.text(at, length));
    if (frame === undefined) return -1;
    return this.frames.id(frame);
  }

  /** A form is regular where the line means the same with another time and period in it. */
  private newForm(
    at: number,
    length: number,
    time: readonly [number, number],
    period: readonly [number, number],
  ): number {
    // positions are of bytes: one byte, one character
    const bytes = Buffer.from(this.text(at, length)).toString('latin1');
    if (bytes.length !== length) return -1;
    const text = this.text(at, length);
    if (!this.regular(text)) return -1;
    const sample = parseSampleLine(text);
    if (sample === undefined || sample.rest !== '' || sample.event.startsWith('PERF_RECORD_'))
      return -1;
    const stamp = bytes.slice(...time);
    const printed = period[1] > period[0];
    const count = printed ? bytes.slice(...period) : '';
    const tail = printed
      ? bytes.slice(time[1], period[0]) + '7'.repeat(count.length) + bytes.slice(period[1])
      : bytes.slice(time[1]);
    const otherTime = stamp.replace(/\d/g, '3');
    const other = parseSampleLine(
      Buffer.from(bytes.slice(0, time[0]) + otherTime + tail, 'latin1').toString(),
    );
    const means =
      sample.time === Number(stamp) &&
      sample.period === (printed ? Number(count) : -1) &&
      other !== undefined &&
      other.time === Number(otherTime) &&
      other.period === (printed ? Number('7'.repeat(count.length)) : -1) &&
      other.comm === sample.comm &&
      other.event === sample.event &&
      other.pid === sample.pid &&
      other.tid === sample.tid &&
      other.rest === '';
    if (!means) return -1;
    const form = this.forms.length;
    this.forms.push(sample);
    this.wasm.setTask(form, this.sink.task(sample));
    return form;
  }
}

function seconds(whole: number, nanos: number): number {
  return Number(`${whole}.${String(nanos).padStart(9, '0')}`);
}
