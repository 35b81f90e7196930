/**
 * The reader's fast path: WebAssembly (assembly/scan.ts) reads the regular samples of a block of text, builds the prefix
 * tree and sums them up; what is not regular it leaves to PerfScriptReader. Each form of sample line, and each name of a
 * frame that is not plain, is parsed here once, as it would be there.
 */
import { parseFrameLine } from './frame-line.js';
import { parseSampleLine, type SampleLine } from './sample-line.js';
import type { FrameTable } from './tables.js';
import { bytesIn, columnIn, instantiator, leaveMemory } from './wasm.js';
import { WasmTables, type TableExports } from './wasm-tables.js';

/** Which addresses tell frames apart: none, the kernel's (16 digits), or all. */
export type Addresses = 'none' | 'kernel' | 'all';

/** Samples of one block, in file order. Arrays are views that the next scan overwrites. */
export interface ScannedBlock {
  readonly samples: number;
  /** Of each sample: its stack's node, its form, its period (-1: none printed). */
  readonly nodes: Int32Array;
  readonly forms: Int32Array;
  readonly periods: Float64Array;
  /** The tree so far: parent and key of each node; parents come first; keys are frame ids, or a task's at the top. */
  readonly nodeCount: number;
  readonly tree: Int32Array;
}

/** Takes samples as the scanner has them. */
export interface BlockSink {
  /** Whether stacks of one comm, but of different processes or threads, are different. */
  readonly byThread: boolean;
  readonly addresses: Addresses;
  /** Whether the scanner sums samples up by node, in its own memory (`Sums`), or hands them over in blocks. */
  readonly sums: boolean;
  /** The key, below 0, of the task of samples like this one; samples of one task share their stacks. */
  taskKey(sample: Readonly<SampleLine>): number;
  /** Where the scanner sums: the column, as `openColumn` gave it, for the current run's samples like this one. */
  columnOf(sample: Readonly<SampleLine>): number;
  /** `forms[i]` is a sample of form i: its comm, event and whether it has a period hold for all of them. */
  block(block: ScannedBlock, forms: readonly SampleLine[]): void;
  /** Called when there is a scanner, before it reads; its tree is to have the nodes that were made without it. */
  begin(scanner: Scanner): void;
  /** The scanner that reads, kept for the next recording: it knows the frames already. */
  scanner?: Scanner | null;
}

/** What the scanner has summed up in a column: of each stack node, and in batches of consecutive samples. */
export interface Sums {
  weights: Float64Array<ArrayBuffer>;
  counts: Uint32Array<ArrayBuffer>;
  samples: number;
  total: number;
  squares: number;
  /** Nodes and their samples, from each of `starts` on those of a batch of `size`; the last one has `filled`. */
  batches: {
    nodes: Int32Array<ArrayBuffer>;
    counts: Uint32Array<ArrayBuffer>;
    starts: number[];
    filled: number;
    size: number;
  } | null;
}

interface Exports extends TableExports {
  configure(addresses: number, byThread: boolean, sums: boolean): void;
  reserve(size: number): number;
  scan(length: number, from: number): number;
  setTask(form: number, task: number): void;
  setUntimedPeriod(form: number, period: number): void;
  forgetColumns(): void;
  newColumn(ordered: boolean): number;
  columnSums(column: number): number;
  dropColumn(column: number): void;
  addSample(column: number, node: number, weight: number): void;
  why(): number;
  sampleCount(): number;
  frameCount(): number;
  lineCount(): number;
  flatCount(): number;
  flatBlankCount(): number;
  startsSample(length: number, from: number): number;
  withoutPeriod(): number;
  nodeCount(): number;
  emptyCount(): number;
  firstEmptyLine(): number;
  child(parent: number, key: number): number;
  nodesAt(): number;
  columns(): number;
  sampleNodesAt(): number;
  formsAt(): number;
  periodsAt(): number;
  hasTimes(): number;
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
  /** All lines that were read, those of empty samples included. */
  readonly lines: number;
  /** Samples whose frame stands on their own line, and how many of these an empty line follows. */
  readonly flat: number;
  readonly flatBlanks: number;
  readonly withoutPeriod: number;
  /** Samples without a frame, which are in no block; the line of the first, counted from the scan's own. */
  readonly empty: number;
  readonly firstEmpty: number;
  /** Seconds; NaN where no sample has a time. */
  readonly firstTime: number;
  readonly lastTime: number;
}

const MODES: Readonly<Record<Addresses, number>> = { none: 0, kernel: 1, all: 2 };

/** Room beyond what is asked for. */
const SLACK = 1 << 16;

/** Scans the text of one or more recordings, one after another. */
export class Scanner {
  private readonly wasm: Exports;
  private readonly forms: SampleLine[] = [];
  private inputAt = 0;
  private inputSize = 0;
  /** Whether one of the first `looked` frames names a dso. */
  private hasDso = false;
  private looked = 0;
  private readonly tables: WasmTables;

  private constructor(
    private readonly frames: FrameTable,
    private readonly sink: BlockSink,
    /** Whether a sample line means what it says wherever it stands. */
    private readonly regular: (text: string) => boolean,
    instance: (env: object) => Exports,
  ) {
    this.wasm = instance({
      newFrame: (at: number, length: number) => this.newFrame(at, length),
      columnOf: (form: number) => {
        const sample = this.forms[form];
        return sample === undefined ? 0 : sink.columnOf(sample);
      },
      newForm: (
        at: number,
        length: number,
        time: number,
        timeEnd: number,
        period: number,
        periodEnd: number,
        rest: number,
      ) =>
        this.newForm(
          at,
          length,
          time === 0 ? [0, 0] : [time - at, timeEnd - at],
          [period - at, periodEnd - at],
          rest === 0 ? null : rest - at,
        ),
    });
    this.wasm.configure(MODES[sink.addresses], sink.byThread, sink.sums);
    this.tables = new WasmTables(this.wasm, frames);
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
      if (sink.scanner !== null) sink.begin(sink.scanner);
    }
    return sink.scanner;
  }

  /** Room for `size` bytes of text in the scanner's memory; what was there is kept if it fits. */
  input(size: number): Uint8Array {
    if (size > this.inputSize) {
      const kept = this.inputSize === 0 ? null : this.view().slice();
      // what is held of a sample differs from block to block
      this.inputSize = size + SLACK;
      this.inputAt = this.wasm.reserve(this.inputSize);
      if (kept !== null) this.view().set(kept);
    }
    return this.view();
  }

  /** Whether a regular sample begins at `from`; null: more bytes would tell. */
  startsSample(length: number, from: number): boolean | null {
    const found = this.wasm.startsSample(length, from);
    return found < 0 ? null : found === 1;
  }

  /** Reads regular samples from the input's first `length` bytes, beginning at `from`. */
  scan(length: number, from: number): Scan {
    const { wasm } = this;
    const read = wasm.scan(length, from);
    const samples = wasm.sampleCount();
    const why = wasm.why();
    const timed = wasm.hasTimes() !== 0;
    this.tables.pull();
    if (!this.sink.sums && samples > 0) this.sink.block(this.takeBlock(samples), this.forms);
    return {
      read,
      next: why === 0 ? 'more' : why === 1 ? 'irregular' : 'again',
      samples,
      frames: wasm.frameCount(),
      lines: wasm.lineCount(),
      flat: wasm.flatCount(),
      flatBlanks: wasm.flatBlankCount(),
      withoutPeriod: wasm.withoutPeriod(),
      empty: wasm.emptyCount(),
      firstEmpty: wasm.firstEmptyLine(),
      firstTime: !timed ? NaN : seconds(wasm.earliestSeconds(), wasm.earliestNanos()),
      lastTime: !timed ? NaN : seconds(wasm.latestSeconds(), wasm.latestNanos()),
    };
  }

  /** Whether a frame of the last scan's samples names a dso. */
  sawDso(): boolean {
    const { wasm, frames } = this;
    // where no frame has one there is nothing to look for
    for (; !this.hasDso && this.looked < frames.size; this.looked++)
      this.hasDso = frames.strings.text(frames.dso[this.looked] ?? 0) !== '';
    if (!this.hasDso) return false;
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
    return columnIn(Uint8Array, this.wasm, this.inputAt, this.inputSize);
  }

  private takeBlock(samples: number): ScannedBlock {
    const { wasm } = this;
    const nodeCount = wasm.nodeCount();
    return {
      samples,
      nodes: columnIn(Int32Array, wasm, wasm.sampleNodesAt(), samples),
      forms: columnIn(Int32Array, wasm, wasm.formsAt(), samples),
      periods: columnIn(Float64Array, wasm, wasm.periodsAt(), samples),
      nodeCount,
      tree: columnIn(Int32Array, wasm, wasm.nodesAt(), 2 * nodeCount),
    };
  }

  /** Ends a run: samples of the next one go into columns of their own. */
  endRun(): void {
    this.wasm.forgetColumns();
  }

  /** A column for samples of the run that begins or goes on, in their order or not. */
  openColumn(ordered: boolean): number {
    return this.wasm.newColumn(ordered);
  }

  /** Adds a sample that was not regular, in its turn. */
  addSample(column: number, node: number, weight: number): void {
    this.wasm.addSample(column, node, weight);
  }

  /** The node of a frame, or at the top (-1) of a task, made if it is new. */
  child(parent: number, key: number): number {
    return this.wasm.child(parent, key);
  }

  /** Takes a column's sums out (assembly/columns.ts says how it lies in memory). */
  takeColumn(at: number): Sums {
    const { wasm } = this;
    const sums = wasm.columnSums(at);
    const [, used = 0, samples = 0] = columnIn(Int32Array, wasm, at, 3);
    const [total = 0, squares = 0] = columnIn(Float64Array, wasm, at + 16, 2);
    const [nodes = 0, counts = 0, entries = 0, starts = 0, batches = 0, filled = 0, size = 0] =
      columnIn(Int32Array, wasm, at + 32, 7);
    const taken = {
      weights: columnIn(Float64Array, wasm, sums, used).slice(),
      counts: columnIn(Uint32Array, wasm, sums + 8 * used, used).slice(),
      samples,
      total,
      squares,
      batches:
        size === 0
          ? null
          : {
              nodes: columnIn(Int32Array, wasm, nodes, entries).slice(),
              counts: columnIn(Uint32Array, wasm, counts, entries).slice(),
              starts: [...columnIn(Int32Array, wasm, starts, batches)],
              filled,
              size,
            },
    };
    wasm.dropColumn(at);
    return taken;
  }

  /** Parents and keys of all nodes. */
  tree(): { parents: Int32Array<ArrayBuffer>; keys: Int32Array<ArrayBuffer> } {
    const { wasm } = this;
    const size = wasm.nodeCount();
    const at = wasm.columns();
    return {
      parents: columnIn(Int32Array, wasm, at, size).slice(),
      keys: columnIn(Int32Array, wasm, at + 4 * size, size).slice(),
    };
  }

  /** Ends reading: texts and frames go back to their tables. */
  release(): void {
    this.tables.release();
    leaveMemory(this.wasm);
  }

  private text(at: number, length: number): string {
    // as the line reader decodes: a byte order mark stands for itself
    return bytesIn(this.wasm, at, length).toString();
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
    restAt: number | null,
  ): number {
    // positions are of bytes: one byte, one character
    const bytes = Buffer.from(this.text(at, length)).toString('latin1');
    if (bytes.length !== length) return -1;
    const text = this.text(at, length);
    if (!this.regular(text)) return -1;
    const sample = parseSampleLine(text);
    const rest =
      restAt === null ? '' : Buffer.from(bytes.slice(restAt), 'latin1').toString().trim();
    if (sample === undefined || sample.rest !== rest || sample.event.startsWith('PERF_RECORD_'))
      return -1;
    // without a task what looks like one behind the event could be taken for it
    if (restAt !== null && sample.tid < 0) return -1;
    if (time[1] === 0) {
      if (!Number.isNaN(sample.time)) return -1;
      this.wasm.setUntimedPeriod(this.forms.length, sample.period);
      return this.addForm(sample);
    }
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
      other.rest === rest;
    return means ? this.addForm(sample) : -1;
  }

  private addForm(sample: SampleLine): number {
    const form = this.forms.length;
    this.forms.push({ ...sample, rest: '' });
    this.wasm.setTask(form, this.sink.taskKey(sample));
    return form;
  }
}

function seconds(whole: number, nanos: number): number {
  return Number(`${whole}.${String(nanos).padStart(9, '0')}`);
}
