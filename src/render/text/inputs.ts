import type { Report, Side } from '../../report/schema.js';
import { limits, shellWord } from '../shared/limits.js';
import { plural } from '../shared/numbers.js';
import { displayName } from '../shared/visible.js';
import { wrap } from './layout.js';

/** Inputs with their hashes, what was skipped, and the commands that recorded them. */
export function inputs(report: Report): string[] {
  const { base, new: other, images } = report;
  const lines = ['INPUTS, each with its SHA-256'];
  for (const [word, side] of [
    ['base', base],
    ['new', other],
  ] as const) {
    const image = images?.[word];
    if (image !== undefined) {
      const id = image.buildId === null ? '' : `, build id ${image.buildId.slice(0, 16)}`;
      lines.push(
        ...wrap(
          `  ${word.padEnd(4)} ${displayName(image.name)}: ${plural(image.sites, 'site')}, ` +
            `${(Math.floor(1000 * image.agreement) / 10).toFixed(1)} % of the kernel addresses agree${id}`,
          '       ',
        ),
        `       ${image.sha256}`,
      );
    }
    const config = report.configs?.[word];
    if (config !== undefined) {
      lines.push(...wrap(`  ${word.padEnd(4)} ${displayName(config.name)}`, '       '));
      lines.push(`       ${config.sha256}`);
    }
    lines.push(...side.runs.flatMap((run) => runLines(word, run)));
  }
  const commands = [base.recording.command, other.recording.command];
  if (commands[0] === commands[1]) lines.push(...recorded('both', commands[0] ?? null));
  else
    lines.push(...recorded('base', commands[0] ?? null), ...recorded('new', commands[1] ?? null));
  return lines;
}

function runLines(word: string, run: Side['runs'][number]): string[] {
  return [
    ...wrap(`  ${word.padEnd(4)} ${displayName(run.path)}`, '       '),
    `       ${run.sha256}`,
    ...run.skipped.flatMap((skip) =>
      wrap(
        `       skipped ${plural(skip.lines, 'line')}, the first is ${skip.firstLine}: ${displayName(skip.reason)}`,
        '         ',
      ),
    ),
  ];
}

function recorded(word: string, command: string | null): string[] {
  return wrap(
    `  ${word.padEnd(4)} recorded with: ${command === null ? 'not said by the recording' : displayName(command)}`,
    '         ',
  );
}

/** What these data cannot tell. */
export function cannotTell(report: Report): string[] {
  return ['NOT IN THESE DATA', ...limits(report).flatMap((line) => wrap(`  - ${line}`, '    '))];
}

/** The command that prints this report again. */
export function command({ provenance }: Report): string[] {
  const { tool, version, argv } = provenance;
  const words = [tool, ...argv].map((word) => shellWord(word, displayName));
  return [`MADE BY ${tool} ${version}:`, ...wrap(`  ${words.join(' ')}`, '    ')];
}
