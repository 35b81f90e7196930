import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/render/html/index.js';
import { sampleReport, smallPaths } from '../support/sample-report.js';

describe('the budget in the answer', () => {
  it.each([
    ['exceeded', /0\.2 % exceeded/],
    ['within', /0\.2 % held/],
    ['cannot tell', /0\.2 % cannot tell/],
  ] as const)('%s is said in words', async (outcome, words) => {
    const html = await renderHtml({
      ...sampleReport(smallPaths()),
      budget: [{ target: 'total', limit: 0.2, outcome }],
    });
    expect(html).toMatch(words);
  });

  it('is not mentioned where none was set', async () => {
    expect(await renderHtml(sampleReport(smallPaths()))).not.toMatch(/<dt>Budget/);
  });
});
