import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  read as readDescriptor,
  readSync,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { inputError, UserError } from '../errors.js';
import { compressionOf, sniff, SNIFF_BYTES, type Format } from './sniff.js';
import { ByteReader } from './source-bytes.js';
import { gunzip } from './source-gzip.js';
import { printable } from './source-name.js';
import type { ZstdDecoder } from './zstd.js';

export interface OpenInput {
  /** The path as given, or `stdin`; fit for a message. */
  readonly name: string;
  /** The path if this is a regular file and not compressed, so that another program can read it. */
  readonly file: string | null;
  /** true: a perf.data file, which perf can be asked about. */
  readonly perfData?: boolean;
  /** What is inside, decompressed, in order; to be read once. A chunk belongs to its receiver. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /**
   * Of a regular file that is not compressed: its bytes without a detour, instead of `chunks`; null where that
   * is too late. `close` is to be called at the end.
   */
  direct?: (() => DirectInput | null) | undefined;
  /** Of the raw bytes; valid after `chunks` ended. `sha256` is "" where it was not asked for. */
  digest(): { sha256: string; bytes: number };
  /** Closes files and ends children, also if `chunks` was never begun. Leaving a loop over it does too. */
  close(): Promise<void>;
}

/** Bytes that were read already, and how to fill in the next ones: gives their number, 0 at the end. */
export interface DirectInput {
  head: Uint8Array;
  read(target: Uint8Array): number;
}

export interface OpenOptions {
  /** Instead of the process's own. */
  readonly stdin?: Readable;
  /** Instead of the best at hand. */
  readonly zstdDecoder?: ZstdDecoder;
  /** false: do not hash the bytes. */
  readonly digest?: boolean;
  /** Called with the number of raw bytes as they come. */
  readonly onRaw?: ((bytes: number) => void) | undefined;
}

const CHUNK = 1 << 19;

const directory = [
  'is a directory',
  'name a file; folders are accepted after --base and --new',
] as const;

/** System errors (errno(3)) that a user can mend, and how. */
const systemErrors: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['no such file', 'check the path'],
  ENOTDIR: ['no such file', 'a part of the path is not a directory'],
  EACCES: ['may not be read', 'check its permissions'],
  EPERM: ['may not be read', 'check its permissions'],
  EISDIR: directory,
  ELOOP: ['too many symbolic links', 'name the file itself'],
  ENAMETOOLONG: ['the name is too long', 'check the path'],
  ENXIO: ['nothing stands behind this name', 'name a file, or `-` for stdin'],
  EMFILE: ['too many open files', 'raise `ulimit -n`'],
};

function systemError(name: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = systemErrors[code];
  if (known !== undefined) return inputError(name, known[0], known[1], error);
  const what = error instanceof Error ? printable(error.message) : String(error);
  return inputError(name, `cannot be read (${what})`, 'check the file and its disk', error);
}

const readAsync = promisify(readDescriptor);

/**
 * A file's bytes in chunks, read ahead by one from the second on; or, instead of those, through `read`. The first one of a
 * regular file is read at once: the system's threads, which others wait for, take milliseconds to start.
 */
class FileBytes {
  private ahead: Promise<{ bytesRead: number; buffer: Buffer }> | null = null;
  private chunksRead = 0;
  private ended = false;

  constructor(
    private readonly fd: number,
    private readonly isRegular: boolean,
  ) {}

  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const { bytesRead, buffer } = await (this.ahead ?? this.next());
        this.ahead = null;
        this.ended = bytesRead === 0;
        if (this.ended) return;
        if (++this.chunksRead > 1) {
          this.ahead = this.next();
          // its error is met when its turn comes
          this.ahead.catch(() => undefined);
        }
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await this.ahead?.catch(() => undefined);
      closeSync(this.fd);
    }
  }

  private async next(): Promise<{ bytesRead: number; buffer: Buffer }> {
    const buffer = Buffer.allocUnsafeSlow(CHUNK);
    if (this.isRegular && this.chunksRead === 0)
      return { bytesRead: readSync(this.fd, buffer, 0, CHUNK, null), buffer };
    return readAsync(this.fd, buffer, 0, CHUNK, null);
  }

  /** Whether the bytes behind the chunks that were given can be read through `read`. */
  get canRead(): boolean {
    return this.ahead === null;
  }

  /** Fills in the next bytes, and gives their number, 0 at the end. Waits for the disk. */
  read(target: Uint8Array): number {
    // at the end the file is closed
    return this.ended ? 0 : readSync(this.fd, target, 0, target.length, null);
  }
}

/** Bytes as the system gives them, and a way to stop waiting for more. */
interface Origin {
  readonly chunks: AsyncGenerator<Uint8Array>;
  readonly regularFile: boolean;
  stop(): void;
  readonly file?: FileBytes;
}

async function* streamChunks(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream as AsyncIterable<Uint8Array | string>) {
    yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
}

function fromStream(stream: Readable): Origin {
  return {
    chunks: streamChunks(stream),
    regularFile: false,
    stop: () => void stream.destroy(),
  };
}

/** process.stdin shows a directory as an empty stream. */
function ownStdin(): Readable {
  if (fstatSync(0).isDirectory()) throw inputError('stdin', ...directory);
  return process.stdin;
}

/**
 * A named pipe or a shell's `<(...)` is read without blocking: a read that waits in the thread pool for
 * a stalled writer cannot be taken back, and would keep the process from ending.
 */
function fromPipe(path: string): Origin {
  // nor does opening wait for a writer
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return fromStream(new Socket({ fd, readable: true, writable: false }));
}

async function openPath(name: string, path: string): Promise<Origin> {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw inputError(name, ...directory);
    if (stats.isFIFO()) return fromPipe(path);
    const file = new FileBytes(openSync(path, 'r'), stats.isFile());
    return {
      chunks: file.chunks(),
      regularFile: stats.isFile(),
      stop: () => undefined,
      ...(stats.isFile() ? { file } : {}),
    };
  } catch (error) {
    throw systemError(name, error);
  }
}

/** Raw bytes on their way in, counted and hashed on the thread that reads them. */
class Intake {
  private readonly hash: Hash | null;
  private bytes = 0;
  private sha256: string | null = null;

  constructor(
    private readonly name: string,
    hashed: boolean,
    private readonly onRaw: ((bytes: number) => void) | undefined,
  ) {
    this.hash = hashed ? createHash('sha256') : null;
  }

  async *watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        this.take(chunk);
        yield chunk;
      }
    } catch (error) {
      throw systemError(this.name, error);
    }
    this.end();
  }

  /** Reads as `watch` does, without waiting for anything but the disk. */
  read(file: FileBytes, target: Uint8Array): number {
    let length: number;
    try {
      length = file.read(target);
    } catch (error) {
      throw systemError(this.name, error);
    }
    if (length === 0) this.end();
    else this.take(target.subarray(0, length));
    return length;
  }

  private take(bytes: Uint8Array): void {
    this.hash?.update(bytes);
    this.bytes += bytes.length;
    this.onRaw?.(bytes.length);
  }

  private end(): void {
    this.sha256 ??= this.hash?.digest('hex') ?? '';
  }

  digest(): { sha256: string; bytes: number } {
    if (this.sha256 === null) throw new Error('digest() before the input was read to its end');
    return { sha256: this.sha256, bytes: this.bytes };
  }
}

/** Formats that a file named .gz or .zst may have without being damaged: a wrong name only. */
const unmistakable: ReadonlySet<Format> = new Set<Format>([
  ...([
    'perf-script',
    'perf-data',
    'perf-report',
    'perf-stat',
    'ftrace',
    'kallsyms',
    'folded',
  ] as const),
  ...(['html', 'svg', 'json', 'elf', 'bzimage', 'xz', 'bzip2', 'lz4', 'zip'] as const),
]);

/** Only content decides, but a damaged magic number would pass as a strange text. */
function checkName(name: string, head: Uint8Array): void {
  const ending = /\.(?:gz|zst|zstd)$/i.exec(name)?.[0];
  if (ending === undefined || unmistakable.has(sniff(head))) return;
  const holds = ending.toLowerCase() === '.gz' ? 'gzip' : 'zstd';
  throw inputError(
    name,
    `is named ${ending} but holds no ${holds} data`,
    'copy or compress the file again, or give it its right name',
  );
}

/** An iterable over `source` that also closes what stands before a generator that never ran. */
function closing(
  source: AsyncGenerator<Uint8Array>,
  close: () => Promise<void>,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const step = await source.next();
          if (step.done === true) await close();
          return step;
        } catch (error) {
          await close();
          throw error;
        }
      },
      async return() {
        await source.return(undefined);
        await close();
        return { done: true, value: undefined };
      },
    }),
  };
}

function directly(reader: ByteReader, file: FileBytes, intake: Intake): OpenInput['direct'] {
  return () =>
    file.canRead
      ? { head: reader.takeHeld(), read: (target: Uint8Array) => intake.read(file, target) }
      : null;
}

/**
 * Opens a path, or stdin for `-`, and undoes gzip and zstd by content. Reads the first bytes before it
 * returns, so that whatever is wrong with the input as a whole is said here. All errors are UserErrors.
 */
export async function openInput(path: string, options: OpenOptions = {}): Promise<OpenInput> {
  const name = path === '-' ? 'stdin' : printable(path);
  const origin =
    path === '-' ? fromStream(options.stdin ?? ownStdin()) : await openPath(name, path);
  const intake = new Intake(name, options.digest !== false, options.onRaw);
  const raw = intake.watch(origin.chunks);
  const close = async (): Promise<void> => {
    origin.stop();
    await raw.return(undefined);
  };
  try {
    const reader = new ByteReader(raw);
    const opening = await reader.peek(4);
    if (opening.length === 0) {
      throw inputError(
        name,
        'is empty',
        'record again, or look at the error that `perf script` gave',
      );
    }
    const compression = compressionOf(opening);
    if (compression === null) checkName(name, await reader.peek(SNIFF_BYTES));
    const inside =
      compression === 'gzip'
        ? gunzip(name, reader)
        : compression === 'zstd'
          ? (await import('./zstd.js')).unzstd(name, reader, options.zstdDecoder)
          : reader.rest();
    return {
      name,
      file: compression === null && origin.regularFile ? path : null,
      chunks: closing(inside, close),
      ...(compression === null && origin.file !== undefined
        ? { direct: directly(reader, origin.file, intake) }
        : {}),
      digest: () => intake.digest(),
      close: async () => {
        await inside.return(undefined);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The first bytes of an input, and the same input with them still in front. */
export async function peekInput(
  input: OpenInput,
  count = SNIFF_BYTES,
): Promise<{ head: Uint8Array; input: OpenInput }> {
  const iterator = input.chunks[Symbol.asyncIterator]();
  const reader = new ByteReader(iterator);
  const head = await reader.peek(count);
  const chunks = closing(reader.rest(), async () => {
    await iterator.return?.();
  });
  const direct = () => {
    const held = reader.takeHeld();
    const below = input.direct?.() ?? null;
    if (below === null) reader.giveBack(held);
    return below === null ? null : { ...below, head: Buffer.concat([held, below.head]) };
  };
  return { head, input: { ...input, chunks, ...(input.direct === undefined ? {} : { direct }) } };
}
