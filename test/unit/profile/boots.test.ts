import { describe, expect, it } from 'vitest';
import { bootOfRuns, bootsOf } from '../../../src/profile/boots.js';
import { print, profileOf } from './support.js';

const [empty] = profileOf([print([])]).runs;

/** A run that ended at a time of the day, on a machine that was up for so many seconds. */
function run(hostname: string | null, ended: string, lastTime: number | null) {
  if (empty === undefined) throw new Error('a text is a run');
  const header = {
    ...empty.header,
    hostname,
    capturedOn: `Sun Nov 22 ${ended} 2026`,
  };
  return { ...empty, header, lastTime, sha256: `${hostname} ${ended} ${lastTime}` };
}

describe('boots', () => {
  it('are one where the clock of the later run began before the earlier one ended', () => {
    const runs = [run('a', '13:00:00', 50), run('a', '13:01:00', 110), run('a', '13:02:00', 30)];
    expect(bootOfRuns(runs)).toEqual([0, 0, 1]);
    expect(bootsOf(runs)).toBe(2);
  });

  it('of two machines are two, whatever their clocks say', () => {
    expect(bootsOf([run('a', '13:00:00', 50), run('a', '13:01:00', 5000)])).toBe(1);
    expect(bootsOf([run('a', '13:00:00', 50), run('b', '13:01:00', 5000)])).toBe(2);
    // in turns, each machine up all the while
    const turns = [
      run('a', '13:00:00', 50),
      run('b', '13:00:30', 5000),
      run('a', '13:01:00', 5000),
    ];
    expect(bootOfRuns([...turns, run('b', '13:01:30', 5060)])).toEqual([0, 1, 0, 1]);
  });

  it('are not known of runs without time stamps', () => {
    expect(bootsOf([run('a', '13:00:00', null), run('a', '13:00:01', null)])).toBe(2);
  });
});
