/**
 * The report as plain text for a patch mail: 72 columns, ASCII, every number with what it counts and
 * how sure it is.
 */
import type { Report } from '../../report/schema.js';
import { answer, heading, notes } from './head.js';
import { cannotTell, command, inputs } from './inputs.js';
import { asciiLine } from './layout.js';
import { ledger } from './ledger.js';
import { patching } from './patching.js';
import { functions, moved, ops, sites } from './rows.js';

/** The whole report as lines of at most 72 columns, the last one ending in a newline. */
export function renderText(report: Report): string {
  const sections = [
    heading(report),
    answer(report),
    notes(report),
    ledger(report),
    ops(report),
    sites(report),
    patching(report),
    functions(report),
    moved(report),
    cannotTell(report),
    inputs(report),
    command(report),
  ];
  return (
    sections
      .filter((section) => section.length > 0)
      .map((section) => section.map(asciiLine).join('\n'))
      .join('\n\n') + '\n'
  );
}
