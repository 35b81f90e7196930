import { expect, it } from 'vitest';
import { calibration } from './support/tables.js';

it('the calibration tables begin with the intervals, and repeat', () => {
  const begin = (): string[] => {
    const lines: string[] = [];
    for (const line of calibration(2)) {
      lines.push(line);
      if (lines.length === 5) break;
    }
    return lines;
  };
  const lines = begin();
  expect(lines[0]).toBe('### Intervals: percent that hold the truth');
  expect(lines[4]).toMatch(/^\| 3 \| sampling only \| 2000 \| [\d.]+ \|/);
  expect(begin()).toEqual(lines);
});
