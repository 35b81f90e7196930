import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frame, planted, printText, SYSCALL } from './recordings.js';

/** A tiny recording: so many samples of one stack. */
export const tiny = (n: number, event = 'cycles'): string =>
  printText({
    header: '',
    samples: planted(n, [frame('vfs_read', 4), ...SYSCALL]).map((s) => ({
      ...s,
      head: s.head.replace('cycles', event),
    })),
  });

/** A folder with two tiny recordings, for what is done with files of any content. */
export function diffFiles() {
  const dir = mkdtempSync(join(tmpdir(), 'pvflame-cli-'));
  const file = (name: string, content: string | Buffer) => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };
  return {
    dir,
    file,
    base: file('base.txt', tiny(10)),
    other: file('new.txt', tiny(13)),
    remove: () => {
      rmSync(dir, { recursive: true });
    },
  };
}
