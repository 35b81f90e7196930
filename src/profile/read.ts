import { inputError } from '../errors.js';
import {
  FrameTable,
  kernelBuildId,
  NO_ADDRESS,
  openPerfScript,
  PerfScriptReader,
  StringTable,
  type Addresses,
  type OpenInput,
  type Recording,
} from '../ingest/index.js';
import { ProfileBuilder, type ProfileOptions } from './builder.js';
import type { Profile } from './profile.js';

export interface ReadOptions extends ProfileOptions {
  /** What a run is called in messages and in the report. */
  nameOf: (path: string) => string;
  /** Read the input as perf script text whatever it looks like (`--input-format perf-script`). */
  format?: 'perf-script' | 'perf-data' | undefined;
  /** A copy of the recorded kernel's /proc/kallsyms, for perf.data inputs. */
  kallsyms?: string | undefined;
  /** Which addresses tell frames apart (default: all); fewer are quicker to read. */
  addresses?: Addresses;
  /** false: inputs are not hashed, and runs have no sha256. */
  digest?: boolean;
  /** Called with the number of raw bytes read. */
  onRaw?: (bytes: number) => void;
}

/**
 * Reads a side's recordings one after another into one profile. Throws UserError (exit status 3) for
 * an input that is no recording, or that holds no sample at all.
 */
export async function readProfile(
  paths: readonly string[],
  options: ReadOptions,
): Promise<Profile> {
  const frames = new FrameTable(new StringTable());
  const builder = new ProfileBuilder(frames, options);
  for (const path of paths) {
    const input = await openPerfScript(path, {
      format: options.format,
      kallsyms: options.kallsyms,
      digest: options.digest !== false,
      onRaw: options.onRaw,
    });
    const reader = new PerfScriptReader(
      builder.add,
      frames,
      builder.blocks(options.addresses ?? 'all'),
    );
    await readAll(input, reader);
    const recording = reader.end();
    requireSamples(recording, input.name);
    builder.finishRun(recording, {
      path: options.nameOf(path),
      sha256: input.digest().sha256,
      buildId: input.perfData === true ? kernelBuildId(path) : null,
    });
  }
  return builder.profile();
}

/** Bytes read at a time: they should still be in the processor's cache when they are scanned. */
const BLOCK = 1 << 19;
/** Blocks between two looks at what else is to be done, a signal above all. */
const PAUSE = 16;

async function readAll(input: OpenInput, reader: PerfScriptReader): Promise<void> {
  const direct = input.direct?.() ?? null;
  if (direct === null) {
    for await (const chunk of input.chunks) reader.push(chunk);
    return;
  }
  try {
    reader.push(direct.head);
    for (let blocks = 1; ; blocks++) {
      const place = reader.room(BLOCK);
      const length = direct.read(place);
      if (length === 0) return;
      reader.filled(place, length);
      if (blocks % PAUSE === 0) await new Promise(setImmediate);
    }
  } finally {
    await input.close();
  }
}

function requireSamples(recording: Recording, name: string): void {
  if (recording.samples > 0) return;
  const { lines } = recording;
  const [first] = lines.skipped;
  if (first === undefined) {
    throw inputError(
      name,
      `no samples in ${lines.total} lines`,
      'give the output of `perf script`',
    );
  }
  const noAddress = first.reason === NO_ADDRESS;
  throw inputError(
    `${name}:${first.firstLine}`,
    noAddress
      ? `no sample has an address (${first.lines} of them)`
      : `no samples in ${lines.total} lines; the first skipped line is ${first.reason}`,
    noAddress
      ? 'give `perf script -F comm,tid,cpu,time,period,event,ip,sym,symoff,dso`, or record with -g'
      : 'give the output of `perf script`',
  );
}
