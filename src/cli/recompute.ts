import { basename } from 'node:path';
import { Command, CommanderError } from 'commander';
import { UserError } from '../errors.js';
import type { Report } from '../report/schema.js';
import { VERSION } from '../version.js';
import { registerDiff } from './commands/diff.js';
import { compareFiles } from './diff.js';
import { parseDiffOptions, type DiffOptions } from './diff-options.js';

/** Inputs by their SHA-256, and what is wrong with them. */
export interface Matched {
  bySha256: ReadonlyMap<string, string>;
  /** All of them, also those of equal content. */
  given: readonly string[];
  wrong: string[];
}

interface NamedFile {
  option: keyof DiffOptions;
  name: string;
  /** null: the document does not have it, and the name has to do. */
  sha256: string | null;
}

/** Files other than recordings that the report's own command names. */
export function filesOf(report: Report): NamedFile[] {
  const options = optionsOf(report);
  if (options === undefined) return [];
  const { base, new: other, images } = report;
  const image = (side: 'base' | 'new') => images?.[side].sha256 ?? null;
  const one = (option: keyof DiffOptions, sha256: string | null = null): NamedFile[] => {
    const name = options[option];
    return typeof name === 'string' ? [{ option, name: basename(name), sha256 }] : [];
  };
  const stats = (option: 'baseStat' | 'newStat', side: Report['base']): NamedFile[] =>
    (options[option] ?? []).map((name, i) => ({
      option,
      name: basename(name),
      sha256: side.runs[i]?.anchor?.sha256 ?? null,
    }));
  return [
    ...one('baseVmlinux', image('base')),
    ...one('newVmlinux', image('new')),
    ...one('baseSites', image('base')),
    ...one('newSites', image('new')),
    ...one('baseKallsyms'),
    ...one('newKallsyms'),
    ...one('budgetFile'),
    ...one('baseConfig', report.configs?.base.sha256 ?? null),
    ...one('newConfig', report.configs?.new.sha256 ?? null),
    ...stats('baseStat', base),
    ...stats('newStat', other),
  ];
}

/**
 * Compares the inputs again with the options that the document names, and says the first number that comes out
 * otherwise. Not done, and said so, where a file that an option names was not given, or another version wrote
 * the report: its rules may differ.
 */
export async function recompute(
  report: Report,
  { bySha256, given }: Matched,
): Promise<{ said: string[]; wrong: string[] }> {
  const { version } = report.provenance;
  const options = optionsOf(report);
  if (version !== VERSION || options === undefined) {
    return { said: [`not computed again: made by pvflame ${version}`], wrong: [] };
  }
  const byName = new Map(given.map((path) => [basename(path), path]));
  const found = filesOf(report).map((file) => ({
    ...file,
    path: file.sha256 === null ? byName.get(file.name) : bySha256.get(file.sha256),
  }));
  const lacking = found.filter(({ path }) => path === undefined);
  if (lacking.length > 0) {
    const names = [...new Set(lacking.map(({ name }) => name))].join(', ');
    return { said: [`not computed again: give ${names} too`], wrong: [] };
  }
  const paths = {
    base: report.base.runs.map((run) => bySha256.get(run.sha256) ?? ''),
    new: report.new.runs.map((run) => bySha256.get(run.sha256) ?? ''),
  };
  const again = await compareFiles(paths, withFiles(options, found));
  const at = firstDifference(shown(report), shown(again.report), '');
  return at === undefined
    ? { said: ['computed again from the inputs, every number is the same'], wrong: [] }
    : { said: [], wrong: [`computed again from the inputs, ${at}`] };
}

function withFiles(
  options: DiffOptions,
  found: readonly (NamedFile & { path: string | undefined })[],
): DiffOptions {
  const single = found.filter(({ option }) => !/Stat$/.test(option));
  const stat = (option: 'baseStat' | 'newStat') => {
    const files = found.filter((file) => file.option === option).map(({ path }) => path ?? '');
    return files.length === 0 ? {} : { [option]: files };
  };
  return {
    ...options,
    ...(Object.fromEntries(single.map(({ option, path }) => [option, path])) as object),
    ...stat('baseStat'),
    ...stat('newStat'),
  };
}

/** The document without what depends on where files lie and what they are called there. */
function shown(report: Report): unknown {
  const nameless = (side: Report['base']) => ({
    ...side,
    runs: side.runs.map((run) => ({
      ...run,
      path: '',
      anchor: run.anchor === null ? null : { ...run.anchor, path: '' },
    })),
  });
  const images =
    report.images === null
      ? null
      : {
          base: { ...report.images.base, name: '' },
          new: { ...report.images.new, name: '' },
        };
  // labels may be file names, warnings hold both
  const { base, new: other, warnings, provenance, ...rest } = report;
  return {
    ...rest,
    images,
    configs: rest.configs?.differing,
    base: { ...nameless(base), label: '' },
    new: { ...nameless(other), label: '' },
    warnings: warnings.map(({ code }) => code),
    options: provenance.options,
  };
}

/** "ops[3].base: has 12, computed 11" */
function firstDifference(had: unknown, got: unknown, at: string): string | undefined {
  if (Object.is(had, got)) return undefined;
  if (typeof had !== 'object' || typeof got !== 'object' || had === null || got === null) {
    // -0 is written as 0
    if (had === got) return undefined;
    return `${at} is ${JSON.stringify(got)}, the document has ${JSON.stringify(had)}`;
  }
  const [a, b] = [had as Record<string, unknown>, got as Record<string, unknown>];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const name = Array.isArray(had) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`;
    const found = firstDifference(a[key], b[key], name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The options of the command that the document names; undefined where it is none of diff's. */
function optionsOf({ provenance }: Report): DiffOptions | undefined {
  let given: unknown;
  const root = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const diff = registerDiff(root)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  diff.action((_operands: string[], options: unknown) => {
    given = options;
  });
  try {
    root.parse(provenance.argv, { from: 'user' });
    return parseDiffOptions(given);
  } catch (error) {
    if (error instanceof CommanderError || error instanceof UserError) return undefined;
    throw error;
  }
}
