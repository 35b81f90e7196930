import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seriesOfFiles } from '../../../src/cli/series.js';
import { parseSeriesOptions } from '../../../src/cli/series-options.js';
import { renderSeries } from '../../../src/render/series/index.js';
import { recording } from '../../support/recordings.js';

const step = (label: string, ...names: string[]) => ({
  label,
  paths: names.map((name) => recording('6.1', name)),
  vmlinux: undefined,
});

describe('pvflame series on Linux 6.1', () => {
  it.each(['text', 'markdown'] as const)('reads as the golden %s', async (format) => {
    const series = await seriesOfFiles(
      [
        step('native', 'native', 'native-2', 'native-3'),
        step('unpatched', 'paravirt-unpatched'),
        step('patched', 'paravirt'),
      ],
      parseSeriesOptions({ budget: '0.2%' }),
    );
    series.provenance.version = 'VERSION';
    const golden = join(import.meta.dirname, `6.1.${format === 'text' ? 'txt' : 'md'}`);
    await expect(await renderSeries(series, format)).toMatchFileSnapshot(golden);
  });
});
