import type { Addresses, BlockSink, FrameTable, Recording, Sample } from '../ingest/index.js';
import { BlockIntake } from './block-intake.js';
import { isKernelFrame } from './kernel.js';
import type { Profile, Run } from './profile.js';
import { StackTable, taskKey } from './stacks.js';
import { WeightColumn } from './weights.js';

export interface ProfileOptions {
  /** How much of the task stands at the root of a stack. Threads make stacks distinct: `comm` is the default. */
  task: 'comm' | 'pid' | 'tid';
  /** Keep only samples of this comm. */
  comm: string | undefined;
  /** Keep only kernel frames, and only samples that have one. */
  kernelOnly: boolean;
  /** false: the order of samples is not kept (`WeightColumn.batches` is null). */
  ordered?: boolean;
}

export const DEFAULT_PROFILE_OPTIONS: ProfileOptions = {
  task: 'comm',
  comm: undefined,
  kernelOnly: false,
};

/** Collects the runs of one side, one after another, into shared frames and stacks. */
export class ProfileBuilder {
  private readonly stacks = new StackTable();
  private readonly runs: Run[] = [];
  private columns = new Map<string, WeightColumn>();
  private intake: BlockIntake | undefined;
  private kernelFrame = new Int8Array(1 << 10);

  constructor(
    private readonly frames: FrameTable,
    private readonly options: ProfileOptions = DEFAULT_PROFILE_OPTIONS,
  ) {}

  /** Takes one sample of the run that is being read. */
  readonly add = (sample: Readonly<Sample>): void => {
    const { options } = this;
    const weight = sample.period < 0 ? 1 : sample.period;
    // before the filters: which event is the first must not depend on them
    const summing = this.intake?.summing ?? null;
    const tree = summing ?? this.stacks;
    const column = this.column(sample.event);
    column.unfiltered += weight;
    if (options.comm !== undefined && sample.comm !== options.comm) return;
    const { frames, depth } = sample;
    let node = tree.child(-1, taskKey(this.frames.strings.id(taskLabel(sample, options.task))));
    let kept = 0;
    for (let i = depth - 1; i >= 0; i--) {
      const frame = frames[i] ?? 0;
      if (options.kernelOnly && !this.isKernel(frame)) continue;
      node = tree.child(node, frame);
      kept++;
    }
    if (kept === 0) return;
    if (summing === null) column.add(node, weight);
    else summing.addSample(this.intake?.columnOf(sample) ?? 0, node, weight);
  };

  /** Takes the samples of the run that is being read in blocks: the same as `add`, sample by sample. */
  blocks(addresses: Addresses): BlockSink {
    const { options, frames } = this;
    return (this.intake ??= new BlockIntake(
      {
        stacks: this.stacks,
        keepsAll: options.comm === undefined && !options.kernelOnly,
        taskKey: (sample) => taskKey(frames.strings.id(taskLabel(sample, options.task))),
        column: (event) => this.column(event),
        keepsComm: (comm) => options.comm === undefined || comm === options.comm,
        keepsFrame: (frame) => !options.kernelOnly || this.isKernel(frame),
      },
      options.task !== 'comm',
      // a broken unwind's address may share name and dso with the kernel's
      options.kernelOnly && addresses === 'none' ? 'kernel' : addresses,
    ));
  }

  /** Ends a run. */
  finishRun(
    recording: Recording,
    input: { path: string; sha256: string; buildId?: string | null },
  ): void {
    this.intake?.endRun();
    this.runs.push({
      path: input.path,
      sha256: input.sha256,
      buildId: input.buildId ?? null,
      header: recording.header,
      columns: [...this.columns.values()],
      skipped: recording.lines.skipped,
      lost: recording.lost,
      samples: recording.samples,
      flatSamples: recording.flatSamples,
      samplesWithoutPeriod: recording.samplesWithoutPeriod,
      truncated: recording.truncated,
      duration: Number.isNaN(recording.firstTime) ? null : recording.lastTime - recording.firstTime,
      lastTime: Number.isNaN(recording.lastTime) ? null : recording.lastTime,
    });
    this.columns = new Map();
  }

  /** All runs that were read; there are no more. */
  profile(): Profile {
    this.intake?.release();
    return { frames: this.frames, stacks: this.stacks, runs: this.runs };
  }

  private column(event: string): WeightColumn {
    const known = this.columns.get(event);
    if (known !== undefined) return known;
    const column = new WeightColumn(event, this.options.ordered !== false);
    this.columns.set(event, column);
    return column;
  }

  private isKernel(frame: number): boolean {
    if (frame >= this.kernelFrame.length) {
      const grown = new Int8Array(Math.max(frame + 1, this.kernelFrame.length * 2));
      grown.set(this.kernelFrame);
      this.kernelFrame = grown;
    }
    const known = this.kernelFrame[frame] ?? 0;
    if (known !== 0) return known > 0;
    const kernel = isKernelFrame(this.frames, frame);
    this.kernelFrame[frame] = kernel ? 1 : -1;
    return kernel;
  }
}

function taskLabel(
  sample: Readonly<Pick<Sample, 'comm' | 'pid' | 'tid'>>,
  task: ProfileOptions['task'],
): string {
  if (task === 'comm') return sample.comm;
  const pid = sample.pid < 0 ? '?' : String(sample.pid);
  return task === 'pid' ? `${sample.comm}-${pid}` : `${sample.comm}-${pid}/${sample.tid}`;
}
