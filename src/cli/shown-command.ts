import { inputName } from './inputs.js';
import { diffOptionsSchema, type DiffOptions } from './diff-options.js';

/** What decides where and how much is written, not what was compared. */
const ABOUT_OUTPUT = new Set(['base', 'new', 'output', 'format', 'quiet', 'verbose']);
const NAMES_FILES = /Stat$/;
const NAMES_FILE = /(?:Vmlinux|[kK]allsyms|Sites|Config|File|^counts)$/;

/**
 * The arguments that give this report again: inputs one by one (folders spelled out), then every
 * option that is not at its default, in a fixed order. Files by base name unless paths were asked
 * for; outputs are left out, so that one comparison has one document wherever it is written.
 */
export function shownCommand(
  paths: { base: readonly string[]; new: readonly string[] },
  options: DiffOptions,
): string[] {
  const file = (path: string) => shownFile(path, options.withPaths);
  const [base, other] = [paths.base.map(file), paths.new.map(file)];
  const single = base.length === 1 && other.length === 1;
  const inputs = single ? [...base, ...other] : ['--base', ...base, '--new', ...other];
  return [...inputs, ...shownOptions(options, diffOptionsSchema.parse({}))];
}

/** A file's name as an argument that is not taken for an option. */
export function shownFile(path: string, withPaths: boolean): string {
  const name = inputName(path, withPaths);
  return name.startsWith('-') && name !== '-' ? `./${name}` : name;
}

/** The options of a command that are not at their defaults. */
export function shownOptions(
  options: Readonly<Record<string, unknown>> & { withPaths: boolean },
  defaults: Readonly<Record<string, unknown>>,
): string[] {
  const file = (path: string) => shownFile(path, options.withPaths);
  const argv: string[] = [];
  for (const [key, value] of Object.entries(options)) {
    if (ABOUT_OUTPUT.has(key) || value === undefined || value === defaults[key]) continue;
    const flag = `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
    if (value === true) {
      argv.push(flag);
      continue;
    }
    if (NAMES_FILES.test(key) && Array.isArray(value)) {
      argv.push(flag, ...value.map((path) => file(String(path))));
      continue;
    }
    const text = Array.isArray(value) ? value.join(',') : String(value);
    const shown = NAMES_FILE.test(key) ? file(text) : text;
    if (shown.startsWith('-')) argv.push(`${flag}=${shown}`);
    else argv.push(flag, shown);
  }
  return argv;
}
