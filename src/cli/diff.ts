import {
  anchorSide,
  compareSides,
  makeSide,
  type BudgetEntry,
  type Side,
} from '../compare/index.js';
import { ExitStatus, UserError } from '../errors.js';
import { frameFacts, locate, renameByImage, type ImageCode } from '../paravirt/index.js';
import { chooseEvent, eventsOf, matchEvent, readProfile, type Profile } from '../profile/index.js';
import { render } from '../render/index.js';
import { colourText, wantsColour } from '../render/text/colour.js';
import { buildReport } from '../report/build.js';
import type { Report } from '../report/schema.js';
import { VERSION } from '../version.js';
import {
  outputsOf,
  parseDiffOptions,
  sidesOf,
  type DiffOptions,
  type Output,
} from './diff-options.js';
import { expandFolders, inputName, requireDistinct, requireOneStdin } from './inputs.js';
import { shownCommand } from './shown-command.js';
import { readImages } from './images.js';
import { requireSymbols } from './kernel-symbols.js';
import { requireWritable, writeOutput, writeStdout } from './outputs.js';
import type { StatFile } from './stat-files.js';
import { say } from './terminal.js';

/** `pvflame diff`: reads, compares, writes, and sets the exit status. */
export async function diff(operands: string[], given: unknown): Promise<void> {
  const options = parseDiffOptions(given);
  const named = sidesOf(operands, options);
  // a folder where one recording belongs would be a guess
  const expand = operands.length > 0 ? (files: string[]) => files : expandFolders;
  const paths = { base: expand(named.base), new: expand(named.new) };
  const outputs = outputsOf(options);
  requireOneStdin([...paths.base, ...paths.new]);
  requireDistinct(
    [
      ...[...paths.base, ...paths.new],
      ...[...(options.baseStat ?? []), ...(options.newStat ?? []), options.budgetFile ?? '-'],
    ],
    outputs.map((output) => output.path),
  );
  for (const output of outputs) requireWritable(output.path);
  const { report, sides } = await compareFiles(paths, options);
  const html = outputs.some((output) => output.format === 'html');
  const extra = html
    ? {
        stacks: (await import('../report/stacks.js')).packStacks(
          sides.base,
          sides.new,
          report.graph,
        ),
      }
    : {};
  for (const output of outputs) await write(output, await render(report, output.format, extra));
  if (!options.quiet) summarise(report, outputs, options.verbose);
  process.exitCode = budgetStatus(report, options.budgetStrict);
}

/** The limit of --budget and those of --budget-file, read before the long work. */
async function budgetOf(options: DiffOptions): Promise<BudgetEntry[]> {
  const ofTotal = options.budget;
  const entries: BudgetEntry[] =
    ofTotal === undefined ? [] : [{ target: 'total', match: [], of: 'each', limit: ofTotal }];
  if (options.budgetFile === undefined) return entries;
  const { readBudgetFile } = await import('./budget-file.js');
  return [...entries, ...(await readBudgetFile(options.budgetFile))];
}

type Stats = { base: StatFile[]; new: StatFile[] } | undefined;

async function statsOf(
  paths: { base: string[]; new: string[] },
  { baseStat, newStat, withPaths }: DiffOptions,
): Promise<Stats> {
  if (baseStat === undefined || newStat === undefined) return undefined;
  const { readStatFiles } = await import('./stat-files.js');
  return {
    base: readStatFiles('--base-stat', baseStat, paths.base.length, withPaths),
    new: readStatFiles('--new-stat', newStat, paths.new.length, withPaths),
  };
}

async function anchor(sides: { base: Side; new: Side }, stats: Stats): Promise<void> {
  if (stats === undefined) return;
  const { anchorOf } = await import('./stat-files.js');
  for (const which of ['base', 'new'] as const) {
    const side = sides[which];
    anchorSide(
      side,
      stats[which].map((file) => anchorOf(file, side.event)),
    );
  }
}

/** The report document of two sides' recordings. */
export async function diffReport(
  paths: { base: string[]; new: string[] },
  options: DiffOptions,
): Promise<Report> {
  return (await compareFiles(paths, options)).report;
}

/** Reads both sides, compares them, and fills the report document. */
export async function compareFiles(
  paths: { base: string[]; new: string[] },
  options: DiffOptions,
): Promise<{ report: Report; sides: { base: Side; new: Side } }> {
  const budget = await budgetOf(options);
  const stats = await statsOf(paths, options);
  const images = await readImages(options);
  const base = await readSide(paths.base, options, options.baseKallsyms);
  const other = await readSide(paths.new, options, options.newKallsyms);
  const event = chooseEvent(base, options.event, paths.base.join(', '));
  const newEvent = sameEvent(other, options.event ?? event.event, event.event, paths);
  const sides = {
    base: kernelSide(base, event.event, paths.base, options, images?.base),
    new: kernelSide(other, newEvent, paths.new, options, images?.new),
  };
  await anchor(sides, stats);
  const comparison = compareSides(sides.base, sides.new, {
    mode: options.normalize,
    baseWork: options.baseWork ?? [],
    newWork: options.newWork ?? [],
  });
  const report = buildReport({
    comparison,
    base: sides.base,
    new: sides.new,
    labels: { base: options.baseLabel, new: options.newLabel },
    title: options.title,
    kernelOnly: options.kernelOnly,
    eventAsked: options.event !== undefined,
    budget,
    equivalents: images !== undefined && options.nativeEquivalents === 'on',
    version: VERSION,
    argv: shownCommand(paths, options),
    options: {
      event: options.event ?? null,
      comm: options.comm ?? null,
      kernelOnly: options.kernelOnly,
      exactSymbols: options.exactSymbols,
      normalize: options.normalize,
      nativeEquivalents: images === undefined ? null : options.nativeEquivalents,
    },
  });
  return { report, sides };
}

function readSide(
  paths: string[],
  options: DiffOptions,
  kallsyms: string | undefined,
): Promise<Profile> {
  return readProfile(paths, {
    task: 'comm',
    comm: options.comm,
    kernelOnly: options.kernelOnly,
    nameOf: (path) => inputName(path, options.withPaths),
    format: options.inputFormat,
    kallsyms,
    // on a timer, with images, user space is told apart by where system calls return to
    addresses:
      options.baseVmlinux === undefined && options.baseSites === undefined ? 'kernel' : 'all',
  });
}

/** The event in new that is base's; different events are refused, never compared. */
function sameEvent(
  other: Profile,
  asked: string,
  baseEvent: string,
  paths: { base: string[]; new: string[] },
): string {
  const names = eventsOf(other).map((event) => event.name);
  const found = matchEvent(names, baseEvent) ?? matchEvent(names, asked);
  if (found !== undefined) return found;
  const shown = (name: string) => name || '(unnamed)';
  throw new UserError(
    `${paths.new.join(', ')}: holds ${names.map(shown).join(', ') || 'no samples'}, but ${paths.base.join(', ')} ` +
      `holds ${shown(baseEvent)}; different events are not compared: record one event, or choose with --event`,
    ExitStatus.input,
  );
}

function kernelSide(
  profile: Profile,
  event: string,
  paths: string[],
  options: DiffOptions,
  code: ImageCode | undefined,
): Side {
  const facts = frameFacts(profile.frames, { exactSymbols: options.exactSymbols });
  requireSymbols(profile, facts, event, paths, '--base-kallsyms/--new-kallsyms');
  if (code === undefined) return makeSide(profile, facts, event);
  requireRelease(profile, code, paths);
  requireBuildId(profile, code);
  const located = locate(profile.frames, facts, code, paths.join(', '));
  renameByImage(facts, located, options.exactSymbols);
  return makeSide(profile, facts, event, located);
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

async function write(output: Output, text: string): Promise<void> {
  if (output.path !== '-') return writeOutput(output.path, text);
  const coloured = output.format === 'text' && wantsColour(process.stdout, process.env);
  await writeStdout(coloured ? colourText(text) : text);
}

/** A noisy run must not pass as a good one: with --budget-strict, not knowing has a status of its own. */
function budgetStatus(report: Report, strict: boolean): ExitStatus {
  const outcomes = report.budget.map((entry) => entry.outcome);
  if (outcomes.includes('exceeded')) return ExitStatus.exceeded;
  return strict && outcomes.includes('cannot tell') ? ExitStatus.cannotTell : ExitStatus.done;
}

function summarise(report: Report, outputs: Output[], verbose: boolean): void {
  const files = outputs.filter((output) => output.path !== '-').map((output) => output.path);
  if (files.length > 0) {
    const { percent } = report.total;
    const change = percent === null ? '' : `: ${percent >= 0 ? '+' : ''}${percent.toFixed(2)} %`;
    say(`${files.join(', ')} written${change} (${report.total.verdict})`);
  }
  if (verbose) for (const warning of report.warnings) say(`${warning.code}: ${warning.message}`);
  else if (files.length > 0 && report.warnings.length > 0) {
    say(`${report.warnings.length} warnings in the report; -v shows them here`);
  }
}
