import type { Side } from '../compare/index.js';
import { render, type Extra } from '../render/index.js';
import { renderJson } from '../render/json.js';
import { colourText, wantsColour } from '../render/text/colour.js';
import type { Report } from '../report/schema.js';
import type { Output } from './diff-options.js';
import { writeOutputs } from './outputs.js';

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
  await writeEach(outputs, (output) => render(report, output.format, extra));
}

/** Writes all outputs, or none; on a terminal text is coloured. */
export async function writeEach<O extends Pick<Output, 'path' | 'format'>>(
  outputs: readonly O[],
  rendered: (output: O) => string | Uint8Array | Promise<string | Uint8Array>,
): Promise<void> {
  await writeOutputs(
    outputs.map((output) => ({
      path: output.path,
      data: async () => {
        const data = await rendered(output);
        const coloured =
          output.path === '-' &&
          typeof data === 'string' &&
          output.format === 'text' &&
          wantsColour(process.stdout, process.env);
        return coloured ? colourText(data) : data;
      },
    })),
  );
}
