import { describe, expect, test } from 'vitest';
import { wordOrders } from '../../src/paravirt/image/word-index.js';

describe('word orders by version', () => {
  const names = (version: string): string[] => wordOrders(version).map((order) => order.join(' '));

  test('one that was seen has as many as its configuration allows', () => {
    // with and without I/O permissions and a fifth level of page tables, and without what only Xen guests need
    expect(wordOrders('6.12').map((order) => order.length)).toEqual([83, 81, 80, 78, 13, 15]);
    expect(wordOrders('7.3')[0]).toHaveLength(73);
  });

  test('one between two that are alike has the same', () => {
    expect(names('6.17')).toEqual(names('6.16'));
    expect(names('6.18')).toEqual(names('6.19'));
  });

  test('one between two that differ has all that lie between, and those of both', () => {
    const between = names('6.3');
    expect(new Set(between).size).toBe(between.length);
    for (const order of [...names('6.2'), ...names('6.5')]) expect(between).toContain(order);
  });

  test('one on its way may have what the one before it has, or the next', () => {
    for (const release of ['7.2.0-rc1', '7.1.0-next-20260601']) {
      for (const order of [...names('7.1'), ...names('7.2')])
        expect(names(release)).toContain(order);
    }
    expect(names('7.2.0-1-amd64')).toEqual(names('7.2'));
  });

  test('older and newer ones are not known', () => {
    expect([names('5.3'), names('7.4'), names(''), names('4.19')]).toEqual([[], [], [], []]);
  });
});
