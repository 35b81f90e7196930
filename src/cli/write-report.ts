import type { Side } from '../compare/index.js';
import { render, type Extra } from '../render/index.js';
import { renderJson } from '../render/json.js';
import { colourText, wantsColour } from '../render/text/colour.js';
import type { Report } from '../report/schema.js';
import type { Output } from './diff-options.js';
import { writeOutput, writeStdout } from './outputs.js';

/**
 * Renders and writes every output. All are under way at once, so that one is compressed or written
 * by other threads while the next is rendered in this one.
 */
export async function writeReport(
  report: Report,
  sides: { base: Side; new: Side },
  outputs: readonly Output[],
): Promise<void> {
  let json: Uint8Array | undefined;
  const extra: Extra = {
    json: () => (json ??= renderJson(report)),
    stacks: async () => {
      const { packStacks } = await import('../report/stacks.js');
      return packStacks(sides.base, sides.new, report.graph);
    },
  };
  await Promise.all(
    outputs.map(async (output) => write(output, await render(report, output.format, extra))),
  );
}

/** Writes an output; on a terminal text is coloured. */
export async function write(output: Output, data: string | Uint8Array): Promise<void> {
  if (output.path !== '-') return writeOutput(output.path, data);
  const coloured =
    typeof data === 'string' &&
    output.format === 'text' &&
    wantsColour(process.stdout, process.env);
  writeStdout(coloured ? colourText(data) : data);
}
