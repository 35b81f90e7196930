import { statSync } from 'node:fs';

/** Shorter work needs no telling. */
const SILENT_MS = 1000;
const EVERY_MS = 200;

/** What the line says; `total` is 0 where it is not known (standard input, a pipe). */
export function progressLine(bytes: number, total: number, ms: number): string {
  const mega = (n: number) => (n / 1e6).toFixed(n < 1e7 ? 1 : 0);
  const rate = ms === 0 ? 0 : bytes / ms;
  const read = total > 0 ? `${mega(bytes)} of ${mega(total)} MB` : `${mega(bytes)} MB`;
  const left =
    total > bytes && rate > 0 ? `, ${Math.ceil((total - bytes) / rate / 1000)} s left` : '';
  return `pvflame: reading, ${read}, ${mega(rate * 1000)} MB/s${left}`;
}

/** Bytes of all inputs; 0 where one's are not known. */
function totalOf(paths: readonly string[]): number {
  const sizes = paths.map((path) => {
    const known = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
    return known?.isFile() === true ? known.size : NaN;
  });
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return Number.isNaN(total) ? 0 : total;
}

/** Of a clock that only goes forward; `performance` takes a millisecond to load. */
function milliseconds(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** The one line of a process that is reading: only on a terminal, gone when reading is done. */
class Progress {
  private paths: readonly string[] = [];
  private bytes = 0;
  private started = 0;
  private told = 0;
  private shown = false;
  private active = false;

  /** Begins to count what is read of these inputs. */
  begin(paths: readonly string[], quiet: boolean): void {
    this.active = !quiet;
    this.paths = paths;
    this.bytes = 0;
    this.started = this.told = quiet ? 0 : milliseconds();
  }

  /** Counts raw bytes of an input, packed ones as they lie on the disk. */
  readonly add = (bytes: number): void => {
    if (!this.active) return;
    this.bytes += bytes;
    const now = milliseconds();
    if (now - this.started < SILENT_MS || now - this.told < EVERY_MS) return;
    // asked no sooner: making the stream takes time
    this.active = process.stderr.isTTY;
    if (!this.active) return;
    this.told = now;
    this.shown = true;
    const room = Math.max(20, (process.stderr.columns || 80) - 1);
    const line = progressLine(this.bytes, totalOf(this.paths), now - this.started).slice(0, room);
    process.stderr.write(`\r${line}\u001b[K`);
  };

  /** Takes the line away; also before anything else is said. */
  end(): void {
    if (this.shown) process.stderr.write('\r\u001b[K');
    this.shown = false;
    this.active = false;
  }
}

export const progress = new Progress();
