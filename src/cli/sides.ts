import { makeSide, otherKernel, type Side } from '../compare/index.js';
import { ExitStatus, inputError, UserError } from '../errors.js';
import {
  frameFacts,
  locate,
  renameByImage,
  type FactOptions,
  type FrameFacts,
  type ImageCode,
  type KernelOps,
  type Located,
} from '../paravirt/index.js';
import {
  columnOf,
  eventsOf,
  isSameCounter,
  matchEvent,
  requireToldApart,
  shownEvent,
  type Profile,
} from '../profile/index.js';
import { requireSymbols } from './kernel-symbols.js';

/** The event in new that is base's; different events are refused, never compared. */
export function sameEvent(
  other: Profile,
  asked: string,
  baseEvent: string,
  paths: { base: string[]; new: string[] },
): string {
  const names = eventsOf(other).map((event) => event.name);
  const found = matchEvent(names, baseEvent) ?? matchEvent(names, asked);
  // "cycles" may be asked for, and be "cycles:u" on one side alone
  if (found !== undefined && isSameCounter(found, baseEvent)) {
    requireToldApart(other, found, paths.new.join(', '));
    return found;
  }
  throw new UserError(
    `${paths.new.join(', ')}: holds ${names.map(shownEvent).join(', ') || 'no samples'}, but ${paths.base.join(', ')} ` +
      `holds ${shownEvent(baseEvent)}; different events are not compared: record one event, or choose with --event`,
    ExitStatus.input,
  );
}

/** A side that was read, with what its frames are: what `makeSide` takes, as often as it is compared. */
export interface KernelSide {
  profile: Profile;
  facts: FrameFacts;
  event: string;
  located: Located | undefined;
}

/** What a recording and its image say of the kernel's ops. */
export function opsOf(profile: Profile, code: ImageCode | undefined): KernelOps {
  const release = profile.runs[0]?.header.osRelease ?? code?.release ?? null;
  return { release, ops: code?.ops ?? null };
}

/** Says what a side's frames are, and finds them in its kernel image where there is one. */
export function kernelSide(
  profile: Profile,
  event: string,
  paths: string[],
  options: FactOptions,
  code: ImageCode | undefined,
  kallsymsOptions?: string,
): KernelSide {
  const facts = frameFacts(profile.frames, options);
  requireSymbols(profile, facts, event, paths, kallsymsOptions);
  requireOneEvent(profile, event, paths);
  requireOneKernel(profile, facts, event, paths);
  if (code === undefined) return { profile, facts, event, located: undefined };
  requireRelease(profile, code, paths);
  requireBuildId(profile, code);
  const located = locate(profile.frames, facts, code, paths.join(', '));
  renameByImage(facts, located, options);
  return { profile, facts, event, located };
}

/** Every run of a side has samples of the event: one without would count as a run of weight 0. */
export function requireOneEvent(profile: Profile, event: string, paths: readonly string[]): void {
  profile.runs.forEach((run, i) => {
    const column = columnOf(run, event);
    // 0 is what it weighs where a filter leaves nothing of it
    if (column !== undefined && (column.samples > 0 || column.unfiltered > 0)) return;
    const names = run.columns.filter((column) => column.samples > 0).map(({ event: name }) => name);
    const alike = matchEvent(names, event);
    const held = names.map((name) => name || '(unnamed)').join(', ') || 'no sample that is kept';
    throw inputError(
      paths[i] ?? run.path,
      `holds ${held}, but ${event || '(unnamed)'} is counted`,
      alike === undefined
        ? 'different events are not compared: choose with --event'
        : 'the same counter with other modifiers samples otherwise: record all runs alike',
    );
  });
}

/** A side is one kernel: the mean of runs of two is neither's. */
function requireOneKernel(
  profile: Profile,
  facts: FrameFacts,
  event: string,
  paths: readonly string[],
): void {
  if (profile.runs.length < 2) return;
  const other = otherKernel(profile, facts, event);
  if (other === undefined) return;
  throw inputError(
    paths[profile.runs.indexOf(other.run)] ?? other.run.path,
    other.why,
    'the runs of a side are of one kernel',
  );
}

/** An image of another version is named as such; the addresses would only say that it is wrong. */
function requireRelease(profile: Profile, code: ImageCode, paths: string[]): void {
  const release = profile.runs[0]?.header.osRelease ?? null;
  if (release === null || code.release === null || release === code.release) return;
  throw new UserError(
    `${code.name}: is Linux ${code.release}, but ${paths.join(', ')} was recorded on Linux ${release}; ` +
      'give the vmlinux of that build',
    ExitStatus.input,
  );
}

/** Where a recording says its kernel's build id, the image must have it. */
function requireBuildId(profile: Profile, code: ImageCode): void {
  if (code.buildId === null) return;
  const other = profile.runs.find((run) => run.buildId !== null && run.buildId !== code.buildId);
  if (other === undefined) return;
  throw new UserError(
    `${code.name}: build id ${code.buildId}, but ${other.path} was recorded on a kernel with build id ` +
      `${other.buildId}; give the vmlinux of that build`,
    ExitStatus.input,
  );
}

/** A side for one comparison; comparing scales its weights, so that each takes its own. */
export function freshSide({ profile, facts, event, located }: KernelSide): Side {
  return makeSide(profile, facts, event, located);
}
