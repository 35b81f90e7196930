#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ExitStatus, UserError, usageError } from '../errors.js';
import { VERSION } from '../version.js';
import { registerCheck } from './commands/check.js';
import { registerDiff } from './commands/diff.js';
import { registerExtract } from './commands/extract.js';
import { registerFold } from './commands/fold.js';
import { registerSeries } from './commands/series.js';
import { registerValidate } from './commands/validate.js';
import { registerVerify } from './commands/verify.js';
import { dropUnfinished } from './outputs.js';
import { progress } from './progress.js';
import { registerSites } from './commands/sites.js';
import { say } from './terminal.js';

function program(): Command {
  const root = new Command('pvflame')
    .description('attributes the extra cycles between two kernels to paravirt call sites')
    .version(VERSION, '-V, --version')
    .helpCommand('help [command]', 'show help for a command')
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
  const diff = registerDiff(root);
  registerCheck(root);
  registerValidate(root);
  registerSeries(root);
  registerFold(root);
  registerExtract(root);
  registerVerify(root);
  registerSites(root);
  for (const command of root.commands) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  root.configureHelp({
    formatHelp: (command, helper) =>
      command === root
        ? rootHelp(root, diff)
        : Command.prototype.createHelp().formatHelp(command, helper),
  });
  return root;
}

/** `pvflame --help` is about comparing, the main job; the other commands are listed under it. */
function rootHelp(root: Command, diff: Command): string {
  const commands = root.commands
    .filter((command) => command !== diff)
    .map((command) => `  ${command.name().padEnd(10)} ${command.description()}`);
  return `${diff.helpInformation()}\nOther commands (pvflame COMMAND --help):\n${commands.join('\n')}\n`;
}

/** A word that is no file and nearly a command is a mistyped command, not an input. */
function refuseMistyped(root: Command, args: readonly string[]): void {
  const [word] = args;
  if (word === undefined || word.startsWith('-')) return;
  const names = root.commands.map((command) => command.name());
  if (names.includes(word) || word === 'help' || existsSync(word) || !/^[a-z]+$/.test(word)) return;
  const near = names.find((name) => distance(name, word) <= 2);
  const advice =
    near === undefined ? `commands are ${names.join(', ')}` : `did you mean '${near}'?`;
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

function exitStatusOf(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return ExitStatus.done;
    say(`${error.message.replace(/^error: /, '')}; see pvflame --help`);
    return ExitStatus.usage;
  }
  const debug = process.env['PVFLAME_DEBUG'] === '1';
  if (error instanceof UserError) {
    say(error.message);
    if (debug) process.stderr.write(`${error.stack ?? ''}\n`);
    return error.status;
  }
  const text = error instanceof Error ? error.message : String(error);
  say(
    `internal error: ${text}; this is a bug in pvflame, please report it (PVFLAME_DEBUG=1 shows where)`,
  );
  if (debug && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return ExitStatus.bug;
}

async function main(): Promise<void> {
  // `pvflame ... | head` ends when head has enough
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitStatus.done);
    throw error;
  });
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      progress.end();
      dropUnfinished();
      process.exit(status);
    });
  }
  try {
    const root = program();
    refuseMistyped(root, process.argv.slice(2));
    await root.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = exitStatusOf(error);
  }
}

await main();
