import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkReport, parseCheckOptions } from '../../../src/cli/check.js';
import { renderCheckText } from '../../../src/render/check-text.js';
import { recording } from '../../support/recordings.js';

const runs = ['native', 'native-2', 'native-3'].map((name) => recording('6.1', name));

describe('pvflame check on three boots of Linux 6.1', () => {
  it('reads as the golden text', async () => {
    const report = await checkReport(runs, parseCheckOptions({ budget: '0.2%' }));
    report.provenance.version = 'VERSION';
    const text = renderCheckText(report);
    expect(text).toBe(readFileSync(join(import.meta.dirname, 'native.txt'), 'utf8'));
  });

  it('says the same on the next run', async () => {
    const once = () => checkReport(runs, parseCheckOptions({ event: 'cpu-clock' }));
    expect(JSON.stringify(await once())).toBe(JSON.stringify(await once()));
  });
});
