import { FrameTable, PerfScriptReader, StringTable } from '../../../src/ingest/index.js';
import {
  DEFAULT_PROFILE_OPTIONS,
  ProfileBuilder,
  type Profile,
  type ProfileOptions,
} from '../../../src/profile/index.js';

/** A profile of texts, a run each; the run is called by its place unless `paths` says. */
export function profileOf(
  texts: readonly string[],
  options: Partial<ProfileOptions> = {},
  paths: readonly string[] = [],
): Profile {
  const frames = new FrameTable(new StringTable());
  const builder = new ProfileBuilder(frames, { ...DEFAULT_PROFILE_OPTIONS, ...options });
  texts.forEach((text, i) => {
    const reader = new PerfScriptReader(builder.add, frames);
    reader.push(Buffer.from(text, 'utf8'));
    builder.finishRun(reader.end(), { path: paths[i] ?? `run${i}`, sha256: '' });
  });
  return builder.profile();
}

export interface PlainSample {
  comm: string;
  event: string;
  period: number;
  /** Leaf first, as perf prints. */
  frames: string[];
}

export function print(samples: readonly PlainSample[]): string {
  return samples
    .map(({ comm, event, period, frames }) => {
      const chain = frames.map((f) => `\t${frameText(f)}\n`).join('');
      return `${comm}   100 [000]     1.000000: ${String(period).padStart(10)} ${event}: \n${chain}\n`;
    })
    .join('');
}

/** "k:name" is a kernel frame, anything else a user one; the address follows from the name. */
function frameText(frame: string): string {
  const kernel = frame.startsWith('k:');
  const number = [...frame].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) % 0xffff, 7);
  const low = number.toString(16).padStart(4, '0');
  return kernel
    ? `ffffffff8100${low} ${frame.slice(2)}+0x1 ([kernel.kallsyms])`
    : `        5555${low} ${frame}+0x1 (/bin/x)`;
}
