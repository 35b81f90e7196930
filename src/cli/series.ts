import type { BudgetEntry } from '../compare/index.js';
import { ExitStatus, usageError } from '../errors.js';
import { chooseEvent } from '../profile/index.js';
import { renderSeries } from '../render/series/index.js';
import { buildSeries } from '../report/series.js';
import type { Series } from '../report/series-schema.js';
import type { Pair } from '../report/validate-rows.js';
import { VERSION } from '../version.js';
import { diffOptionsSchema, type DiffOptions } from './diff-options.js';
import { readImagesOf } from './images.js';
import { requireDistinct, requireOneStdin } from './inputs.js';
import { requireWritable } from './outputs.js';
import { outputsWithoutFolded } from './parse-options.js';
import { budgetOf } from './budget.js';
import { comparePair } from './pair.js';
import { progress } from './progress.js';
import {
  parseSeriesOptions,
  seriesOptionsSchema,
  stepsOf,
  type SeriesOptions,
  type Step,
} from './series-options.js';
import { shownCommand, shownFile, shownOptions } from './shown-command.js';
import { kernelSide, opsOf, sameEvent, type KernelSide } from './sides.js';
import { readOptionsOf } from './read-side.js';
import { readSides } from './read-sides.js';
import { say } from './terminal.js';
import { write } from './write-report.js';

/** `pvflame series`: the overhead of each kernel of a row, and where ops first changed. */
export async function series(operands: string[], given: unknown): Promise<void> {
  const options = parseSeriesOptions(given);
  const steps = stepsOf(operands, options);
  const inputs = steps.flatMap(({ paths }) => paths);
  requireOneStdin(inputs);
  const twice = inputs.find((path, i) => inputs.indexOf(path) !== i);
  if (twice !== undefined)
    throw usageError(`${twice}: is given twice; each run has to be one of its own`);
  const outputs = outputsWithoutFolded(options);
  requireDistinct(
    inputs,
    outputs.map(({ path }) => path),
    options,
  );
  for (const { path } of outputs) requireWritable(path);
  const document = await seriesOfFiles(steps, options);
  for (const output of outputs) await write(output, await renderSeries(document, output.format));
  if (!options.quiet) summarise(document, outputs, options.verbose);
  process.exitCode = statusOf(document, options.budgetStrict);
}

/** Reads every step once; compares each with the reference and with the step before, as `pvflame diff` does. */
export async function seriesOfFiles(
  steps: readonly Step[],
  options: SeriesOptions,
): Promise<Series> {
  const budget = await budgetOf({ ...options, budgetFile: undefined });
  const images = await readImagesOf(
    new Map(
      steps.map(({ label, vmlinux }) => [
        label,
        { vmlinux, sites: undefined, kallsyms: undefined },
      ]),
    ),
    options.nativeEquivalents === 'on',
    (label) => `--vmlinux ${label}=FILE`,
  );
  progress.begin(
    steps.flatMap(({ paths }) => paths),
    options.quiet,
  );
  const profiles = await readSides(
    steps.map(({ paths }) => ({
      paths,
      options: readOptionsOf(options),
      kallsyms: undefined,
      withImages: images !== undefined,
    })),
  );
  progress.end();
  let event: string | undefined;
  const facts = {
    exactSymbols: options.exactSymbols,
    kernels: profiles.map((profile, i) => opsOf(profile, images?.get(steps[i]?.label ?? ''))),
  };
  const kernels = profiles.map((profile, i): KernelSide => {
    const { label = '', paths = [] } = steps[i] ?? {};
    const own =
      event === undefined
        ? chooseEvent(profile, options.event, paths.join(', ')).event
        : sameEvent(profile, options.event ?? event, event, {
            base: steps[0]?.paths ?? [],
            new: paths,
          });
    event ??= own;
    return kernelSide(profile, own, paths, facts, images?.get(label));
  });
  const reference = Math.max(
    0,
    steps.findIndex(({ label }) => label === options.reference),
  );
  const between = (base: number, other: number, limits: BudgetEntry[]) =>
    pairOf(steps, kernels, [base, other], limits, images !== undefined, options);
  const overheads: (Pair | undefined)[] = [];
  const changes: Pair[] = [];
  for (let i = 0; i < steps.length; i++) {
    const overhead = i === reference ? undefined : await between(reference, i, budget);
    overheads.push(overhead);
    if (i === 0) continue;
    // the step before is often the reference itself
    changes.push(
      i - 1 === reference && overhead !== undefined ? overhead : await between(i - 1, i, []),
    );
  }
  const file = (path: string) => shownFile(path, options.withPaths);
  return buildSeries({
    labels: steps.map(({ label }) => label),
    reference,
    overheads,
    steps: changes,
    title: options.title,
    version: VERSION,
    argv: [
      'series',
      ...steps.map(({ label, paths }) => `${label}=${paths.map(file).join(',')}`),
      ...steps.flatMap(({ label, vmlinux }) =>
        vmlinux === undefined ? [] : ['--vmlinux', `${label}=${file(vmlinux)}`],
      ),
      ...shownOptions({ ...options, vmlinux: undefined }, seriesOptionsSchema.parse({})),
    ],
  });
}

async function pairOf(
  steps: readonly Step[],
  kernels: readonly KernelSide[],
  [base, other]: [number, number],
  budget: BudgetEntry[],
  withImages: boolean,
  options: SeriesOptions,
): Promise<Pair> {
  const [b, n] = [kernels[base], kernels[other]];
  const [from, to] = [steps[base], steps[other]];
  if (b === undefined || n === undefined || from === undefined || to === undefined)
    throw new Error(`no step ${base} or ${other}`);
  const { event, comm, kernelOnly, exactSymbols, nativeEquivalents, normalize } = options;
  const asDiff: DiffOptions = {
    ...diffOptionsSchema.parse({}),
    ...{ event, comm, kernelOnly, exactSymbols, nativeEquivalents, normalize },
    inputFormat: options.inputFormat,
    withPaths: options.withPaths,
    baseLabel: from.label,
    newLabel: to.label,
    baseVmlinux: from.vmlinux,
    newVmlinux: to.vmlinux,
  };
  return comparePair({ base: b, new: n }, undefined, {
    ...asDiff,
    budget,
    withImages,
    argv: shownCommand({ base: from.paths, new: to.paths }, asDiff),
  });
}

function statusOf({ steps }: Series, strict: boolean): ExitStatus {
  const outcomes = steps.map(({ budget }) => budget?.outcome);
  if (outcomes.includes('exceeded')) return ExitStatus.exceeded;
  return strict && outcomes.includes('cannot tell') ? ExitStatus.cannotTell : ExitStatus.done;
}

function summarise(
  { steps, firsts, warnings }: Series,
  outputs: { path: string }[],
  verbose: boolean,
): void {
  const files = outputs.filter(({ path }) => path !== '-').map(({ path }) => path);
  if (files.length > 0)
    say(
      `${files.join(', ')} written; ${steps.length} steps, ${firsts.length} ops changed beyond noise`,
    );
  if (verbose)
    for (const { steps: where, code, message } of warnings) say(`${where}: ${code}: ${message}`);
  else if (files.length > 0 && warnings.length > 0)
    say(`${warnings.length} warnings in the report; -v shows them here`);
}
