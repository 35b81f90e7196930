import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ExitStatus, systemError, UserError, usageError } from '../errors.js';
import { VERSION } from '../version.js';
import { registerCheck } from './commands/check.js';
import { registerDiff } from './commands/diff.js';
import { registerExtract } from './commands/extract.js';
import { registerFold } from './commands/fold.js';
import { registerSeries } from './commands/series.js';
import { registerValidate } from './commands/validate.js';
import { registerVerify } from './commands/verify.js';
import { dropUnfinished, EnoughRead, writeStdout } from './outputs.js';
import { progress } from './progress.js';
import { registerSites } from './commands/sites.js';
import { say } from './terminal.js';
import { writeError } from './write-now.js';

const OUTPUT = { writeOut: writeStdout, writeErr: () => undefined };

/** In the order of the help. */
const COMMANDS: Readonly<Record<string, (root: Command) => unknown>> = {
  diff: registerDiff,
  check: registerCheck,
  validate: registerValidate,
  series: registerSeries,
  fold: registerFold,
  extract: registerExtract,
  verify: registerVerify,
  sites: registerSites,
};
const NAMES = Object.keys(COMMANDS);

/** Knows the command that is asked for, and all of them where the help may list them: options take time to make. */
function program(args: readonly string[]): Command {
  const root = new Command('pvflame')
    .description('attributes the extra cycles between two kernels to paravirt call sites')
    .version(VERSION, '-V, --version')
    .helpCommand('help [command]', 'show help for a command')
    .configureOutput(OUTPUT)
    .exitOverride();
  const [word = ''] = args;
  const asked = NAMES.includes(word)
    ? [word]
    : word === 'help' || args.some((arg) => arg === '-h' || arg === '--help')
      ? NAMES
      : ['diff'];
  for (const name of asked) COMMANDS[name]?.(root);
  for (const command of root.commands) {
    command.exitOverride().configureOutput(OUTPUT);
  }
  root.configureHelp({
    formatHelp: (command, helper) =>
      command === root
        ? rootHelp(root)
        : Command.prototype.createHelp().formatHelp(command, helper),
  });
  return root;
}

/** `pvflame --help` is about comparing, the main job; the other commands are listed under it. */
function rootHelp(root: Command): string {
  const [diff, ...others] = root.commands;
  const commands = others.map(
    (command) => `  ${command.name().padEnd(10)} ${command.description()}`,
  );
  return `${diff?.helpInformation()}\nOther commands (pvflame COMMAND --help):\n${commands.join('\n')}\n`;
}

/** A word that is no file and nearly a command is a mistyped command, not an input. */
function refuseMistyped(args: readonly string[]): void {
  const [word] = args;
  if (word === undefined || word.startsWith('-')) return;
  if (NAMES.includes(word) || word === 'help' || existsSync(word) || !/^[a-z]+$/.test(word)) return;
  const near = NAMES.find((name) => distance(name, word) <= 2);
  const advice =
    near === undefined ? `commands are ${NAMES.join(', ')}` : `did you mean '${near}'?`;
  throw usageError(`'${word}': no such file or command; ${advice}`);
}

/** Edit distance of two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function exitStatusOf(thrown: unknown, [word = '']: readonly string[]): number {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return ExitStatus.done;
    const help = NAMES.includes(word) ? `pvflame ${word} --help` : 'pvflame --help';
    say(`${thrown.message.replace(/^error: /, '')}; see ${help}`);
    return ExitStatus.usage;
  }
  const error = systemError(thrown) ?? thrown;
  if (error instanceof EnoughRead) return ExitStatus.done;
  const debug = process.env['PVFLAME_DEBUG'] === '1';
  if (error instanceof UserError) {
    say(error.message);
    if (debug) writeError(`${error.stack ?? ''}\n`);
    return error.status;
  }
  const text = error instanceof Error ? error.message : String(error);
  say(
    `internal error: ${text}; this is a bug in pvflame, please report it (PVFLAME_DEBUG=1 shows where)`,
  );
  if (debug && error instanceof Error) writeError(`${error.stack ?? ''}\n`);
  return ExitStatus.bug;
}

/**
 * Runs the command that the arguments name, and sets the exit status. The process ends by itself: `process.exit` waits
 * for V8's threads, and one that compiles may wait for this one to collect garbage, for ever (nodejs/node#54918).
 */
export async function main(): Promise<void> {
  for (const [signal, status] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      progress.end();
      dropUnfinished();
      process.exit(status);
    });
  }
  const args = process.argv.slice(2);
  try {
    refuseMistyped(args);
    await program(args).parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = exitStatusOf(error, args);
  }
}
