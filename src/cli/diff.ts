import type { Side } from '../compare/index.js';
import { ExitStatus } from '../errors.js';
import type { ImageCode } from '../paravirt/index.js';
import { chooseEvent, type Profile } from '../profile/index.js';
import type { KernelConfigs } from '../report/configs.js';
import type { Report } from '../report/schema.js';
import type { readImages } from './images.js';
import { parseDiffOptions, sidesOf, type DiffOptions, type Output } from './diff-options.js';
import { outputsOf } from './parse-options.js';
import { expandFolders, requireDistinct, requireOneStdin } from './inputs.js';
import { budgetOf } from './budget.js';
import { compileLess } from './compiler.js';
import type { Stats } from './pair.js';
import { progress } from './progress.js';
import { readOptionsOf } from './read-side.js';
import { readSides } from './read-sides.js';
import type { SideSpec } from './read-side.js';
import { shownCommand } from './shown-command.js';
import { requireWritable } from './outputs.js';
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
    [...paths.base, ...paths.new],
    outputs.map((output) => output.path),
    options,
  );
  for (const output of outputs) requireWritable(output.path);
  const { report, sides } = await compareFiles(paths, options, async () => {
    const { prepare } = await import('./comparing.js');
    for (const { format } of outputs) await prepare(format);
  });
  const { writeReport } = await import('./comparing.js');
  await writeReport(report, sides, outputs);
  if (!options.quiet) summarise(report, outputs, options.verbose);
  process.exitCode = budgetStatus(report, options.budgetStrict);
}

async function imagesOf(options: DiffOptions): Promise<ReturnType<typeof readImages>> {
  const { baseVmlinux, newVmlinux, baseSites, newSites } = options;
  if ((baseVmlinux ?? newVmlinux ?? baseSites ?? newSites) === undefined) return undefined;
  return (await import('./images.js')).readImages(options);
}

async function configsOf(
  { baseConfig, newConfig, withPaths }: DiffOptions,
  base: Profile,
  other: Profile,
): Promise<KernelConfigs> {
  if (baseConfig === undefined || newConfig === undefined) return undefined;
  const { readConfig } = await import('./kernel-config.js');
  const release = ({ runs }: Profile) => runs[0]?.header.osRelease ?? null;
  return {
    base: readConfig(baseConfig, release(base), withPaths),
    new: readConfig(newConfig, release(other), withPaths),
  };
}

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
  whileReading?: () => Promise<void>,
): Promise<{ report: Report; sides: { base: Side; new: Side } }> {
  const budget = await budgetOf(options);
  const stats = await statsOf(paths, options);
  const images = await imagesOf(options);
  const withImages = images !== undefined;
  progress.begin([...paths.base, ...paths.new], options.quiet);
  const spec = (of: string[], kallsyms: string | undefined): SideSpec => ({
    paths: of,
    options: readOptionsOf(options),
    kallsyms,
    withImages,
  });
  const [base, other] = await readSides(
    [spec(paths.base, options.baseKallsyms), spec(paths.new, options.newKallsyms)],
    whileReading,
  );
  if (base === undefined || other === undefined) throw new Error('two sides were to be read');
  progress.end();
  const { comparePair, kernelSide, opsOf, sameEvent } = await import('./comparing.js');
  compileLess();
  const event = chooseEvent(base, options.event, paths.base.join(', '));
  const newEvent = sameEvent(other, options.event ?? event.event, event.event, paths);
  const facts = {
    exactSymbols: options.exactSymbols,
    kernels: [opsOf(base, images?.base), opsOf(other, images?.new)],
  };
  const side = (profile: Profile, name: string, from: string[], code: ImageCode | undefined) =>
    kernelSide(profile, name, from, facts, code, '--base-kallsyms/--new-kallsyms');
  const kernels = {
    base: side(base, event.event, paths.base, images?.base),
    new: side(other, newEvent, paths.new, images?.new),
  };
  const { report, sides } = await comparePair(kernels, stats, {
    ...options,
    configs: await configsOf(options, base, other),
    budget,
    withImages,
    argv: shownCommand(paths, options),
  });
  return { report, sides };
}

/** A noisy run must not pass as a good one: with --budget-strict, not knowing has a status of its own. */
export function budgetStatus({ budget }: Pick<Report, 'budget'>, strict: boolean): ExitStatus {
  const outcomes = budget.map((entry) => entry.outcome);
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
