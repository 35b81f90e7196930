import type { BudgetEntry } from '../compare/index.js';
import { chooseEvent, type Profile } from '../profile/index.js';
import { renderValidation, renderValidationJson } from '../render/validate/index.js';
import { buildValidation } from '../report/validate.js';
import type { Counts, Pair } from '../report/validate-rows.js';
import type { Validation } from '../report/validate-schema.js';
import { VERSION } from '../version.js';
import { readCounts } from './counts-file.js';
import { budgetStatus } from './diff.js';
import { diffOptionsSchema, type DiffOptions } from './diff-options.js';
import { readImagesOf } from './images.js';
import { expandFolders, requireDistinct, requireOneStdin } from './inputs.js';
import { requireWritable } from './outputs.js';
import { outputsWithoutFolded } from './parse-options.js';
import { budgetOf } from './budget.js';
import { comparePair, type Stats } from './pair.js';
import { progress } from './progress.js';
import { shownCommand, shownFile, shownOptions } from './shown-command.js';
import { kernelSide, opsOf, sameEvent, type KernelSide } from './sides.js';
import { readOptionsOf } from './read-side.js';
import { readSides } from './read-sides.js';
import type { StatFile } from './stat-files.js';
import { say } from './terminal.js';
import {
  parseValidateOptions,
  profilesOf,
  validateOptionsSchema,
  type ProfileName,
  type ValidateOptions,
} from './validate-options.js';

type Paths = Partial<Record<ProfileName, string[]>>;
import { writeEach } from './write-report.js';

/** `pvflame validate`: what a fix wins back of the overhead, and which sites it changed. */
export async function validate(given: unknown): Promise<void> {
  const options = parseValidateOptions(given);
  const paths: Paths = {};
  for (const side of profilesOf(options)) paths[side] = expandFolders(options[side] ?? []);
  const inputs = Object.values(paths).flat();
  const outputs = outputsWithoutFolded(options);
  requireOneStdin(inputs);
  requireDistinct(
    inputs,
    outputs.map((output) => output.path),
    options,
  );
  for (const output of outputs) requireWritable(output.path);
  const validation = await validateFiles(paths, options);
  let bytes: Uint8Array | undefined;
  const json = () => (bytes ??= renderValidationJson(validation));
  await writeEach(outputs, ({ format }) => renderValidation(validation, format, json));
  if (!options.quiet) summarise(validation, outputs, options.verbose);
  process.exitCode = budgetStatus(validation, options.budgetStrict);
}

/** Reads every profile once and compares each two of them as `pvflame diff` does. */
export async function validateFiles(paths: Paths, options: ValidateOptions): Promise<Validation> {
  const budget = await budgetOf(options);
  const counts = options.counts === undefined ? undefined : readCounts(options.counts);
  const names = profilesOf(options);
  const stats = await statsOf(paths, options);
  const images = await readImagesOf(
    new Map(
      names.map((name) => [
        name,
        {
          vmlinux: options[`${name}Vmlinux`],
          sites: options[`${name}Sites`],
          kallsyms: options[`${name}Kallsyms`],
        },
      ]),
    ),
    options.nativeEquivalents === 'on',
  );
  progress.begin(Object.values(paths).flat(), options.quiet);
  const profiles = await readSides(
    names.map((name) => ({
      paths: paths[name] ?? [],
      options: readOptionsOf(options),
      kallsyms: options[`${name}Kallsyms`],
      withImages: images !== undefined,
    })),
  );
  progress.end();
  const kernels: Partial<Record<ProfileName, KernelSide>> = {};
  const facts = {
    exactSymbols: options.exactSymbols,
    kernels: names.flatMap((name, i) => {
      const profile = profiles[i];
      return profile === undefined ? [] : [opsOf(profile, images?.get(name))];
    }),
  };
  let first: { event: string; paths: string[] } | undefined;
  for (const [i, name] of names.entries()) {
    const own = paths[name] ?? [];
    const profile = profiles[i];
    if (profile === undefined) throw new Error(`${name} was not read`);
    const event = eventOf(profile, own, options.event, first);
    first ??= { event, paths: own };
    kernels[name] = kernelSide(profile, event, own, facts, images?.get(name), `--${name}-kallsyms`);
  }
  return build({
    paths,
    options,
    budget,
    counts,
    stats,
    kernels,
    withImages: images !== undefined,
  });
}

function eventOf(
  profile: Profile,
  paths: string[],
  asked: string | undefined,
  first: { event: string; paths: string[] } | undefined,
): string {
  if (first === undefined) return chooseEvent(profile, asked, paths.join(', ')).event;
  const { event } = first;
  return sameEvent(profile, asked ?? event, event, { base: first.paths, new: paths });
}

interface Read {
  paths: Paths;
  options: ValidateOptions;
  budget: BudgetEntry[];
  counts: Counts | undefined;
  stats: Partial<Record<ProfileName, StatFile[]>>;
  kernels: Partial<Record<ProfileName, KernelSide>>;
  withImages: boolean;
}

async function build(read: Read): Promise<Validation> {
  const { options, paths, counts } = read;
  const hasNative = read.kernels.native !== undefined;
  // the budget is about what is left after the fix
  const of = (base: ProfileName, other: ProfileName, isResidual: boolean) =>
    pairOf(read, base, other, isResidual ? read.budget : []);
  const pairs = {
    nativeBefore: hasNative ? await of('native', 'before', false) : undefined,
    nativeAfter: hasNative ? await of('native', 'after', true) : undefined,
    beforeAfter: await of('before', 'after', !hasNative),
  };
  const file = (path: string) => shownFile(path, options.withPaths);
  return buildValidation({
    pairs,
    title: options.title,
    counts,
    version: VERSION,
    argv: [
      'validate',
      ...profilesOf(options).flatMap((name) => [`--${name}`, ...(paths[name] ?? []).map(file)]),
      ...shownOptions(
        { ...options, native: undefined, before: undefined, after: undefined },
        validateOptionsSchema.parse({}),
      ),
    ],
  });
}

async function pairOf(
  { kernels, stats, options, paths, withImages }: Read,
  base: ProfileName,
  other: ProfileName,
  budget: BudgetEntry[],
): Promise<Pair> {
  const [b, n] = [kernels[base], kernels[other]];
  if (b === undefined || n === undefined) throw new Error(`no profile ${base} or ${other}`);
  const [baseStat, newStat] = [stats[base], stats[other]];
  const ofPair: Stats =
    baseStat === undefined || newStat === undefined ? undefined : { base: baseStat, new: newStat };
  const asDiff = diffOptionsOf(options, base, other);
  const sides = { base: paths[base] ?? [], new: paths[other] ?? [] };
  return comparePair({ base: b, new: n }, ofPair, {
    ...asDiff,
    budget,
    withImages,
    argv: shownCommand(sides, asDiff),
  });
}

/** The options that give a pair's comparison with `pvflame diff`. */
function diffOptionsOf(
  options: ValidateOptions,
  base: ProfileName,
  other: ProfileName,
): DiffOptions {
  const side = (name: ProfileName) => ({
    Label: options[`${name}Label`] ?? name,
    Vmlinux: options[`${name}Vmlinux`],
    Kallsyms: options[`${name}Kallsyms`],
    Sites: options[`${name}Sites`],
    Stat: options[`${name}Stat`],
    Work: options[`${name}Work`],
  });
  const named = [...entriesOf('base', side(base)), ...entriesOf('new', side(other))];
  const { event, comm, kernelOnly, exactSymbols, nativeEquivalents } = options;
  const { normalize, inputFormat, withPaths } = options;
  return {
    ...diffOptionsSchema.parse({}),
    ...{ event, comm, kernelOnly, exactSymbols, nativeEquivalents },
    ...{ normalize, inputFormat, withPaths },
    ...(Object.fromEntries(named) as Partial<DiffOptions>),
  };
}

const entriesOf = (side: 'base' | 'new', values: Record<string, unknown>) =>
  Object.entries(values).map(([key, value]) => [`${side}${key}`, value] as const);

async function statsOf(
  paths: Paths,
  options: ValidateOptions,
): Promise<Partial<Record<ProfileName, StatFile[]>>> {
  const names = profilesOf(options).filter((name) => options[`${name}Stat`] !== undefined);
  if (names.length === 0) return {};
  const { readStatFiles } = await import('./stat-files.js');
  return Object.fromEntries(
    names.map((name) => [
      name,
      readStatFiles(
        `--${name}-stat`,
        options[`${name}Stat`] ?? [],
        paths[name]?.length ?? 0,
        options.withPaths,
      ),
    ]),
  );
}

function summarise(
  { recovered, change, warnings }: Validation,
  outputs: { path: string }[],
  verbose: boolean,
): void {
  const files = outputs.filter(({ path }) => path !== '-').map(({ path }) => path);
  if (files.length > 0) {
    const share =
      recovered === null || recovered.percent === null
        ? `change: ${change.verdict}`
        : `recovered: ${recovered.percent.toFixed(0)} % (${recovered.verdict})`;
    say(`${files.join(', ')} written; ${share}`);
  }
  if (verbose) for (const { pair, code, message } of warnings) say(`${pair}: ${code}: ${message}`);
  else if (files.length > 0 && warnings.length > 0)
    say(`${warnings.length} warnings in the report; -v shows them here`);
}
