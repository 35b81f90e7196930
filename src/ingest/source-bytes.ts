import type { Readable, Writable } from 'node:stream';

/**
 * Pulls bytes from a stream by count, for readers of containers that carry their lengths inside.
 * Never holds more than one chunk beside what was asked for.
 */
export class ByteReader {
  private held: Uint8Array = new Uint8Array(0);
  /** Bytes handed out so far: where in the input the next byte stands. */
  position = 0;

  constructor(private readonly source: AsyncIterator<Uint8Array>) {}

  /** The next `count` bytes without taking them; fewer at the end of the input. */
  async peek(count: number): Promise<Uint8Array> {
    if (this.held.length >= count) return this.held.subarray(0, count);
    const parts = [this.held];
    let length = this.held.length;
    while (length < count) {
      const next = await this.source.next();
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    }
    this.held =
      parts.length === 2 && parts[0]?.length === 0
        ? (parts[1] ?? this.held)
        : concat(parts, length);
    return this.held.subarray(0, count);
  }

  /** Takes exactly `count` bytes, or null when the input ends before. */
  async take(count: number): Promise<Uint8Array | null> {
    const bytes = await this.peek(count);
    if (bytes.length < count) return null;
    this.held = this.held.subarray(count);
    this.position += count;
    return bytes;
  }

  /** Takes whatever comes next, or null at the end of the input. */
  async some(): Promise<Uint8Array | null> {
    while (this.held.length === 0) {
      const next = await this.source.next();
      if (next.done === true) return null;
      this.held = next.value;
    }
    const bytes = this.held;
    this.held = new Uint8Array(0);
    this.position += bytes.length;
    return bytes;
  }

  /** Puts the last `count` bytes of what `some()` just gave back in front. */
  putBack(bytes: Uint8Array, count: number): void {
    if (count === 0) return;
    const back = bytes.subarray(bytes.length - count);
    this.held = this.held.length === 0 ? back : concat([back, this.held], count + this.held.length);
    this.position -= count;
  }

  /** Takes what was peeked at and not taken. */
  takeHeld(): Uint8Array {
    const bytes = this.held;
    this.held = new Uint8Array(0);
    this.position += bytes.length;
    return bytes;
  }

  /** Puts back what `takeHeld` gave. */
  giveBack(bytes: Uint8Array): void {
    this.held = bytes;
    this.position -= bytes.length;
  }

  /** Everything that is left. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let bytes = await this.some(); bytes !== null; bytes = await this.some()) yield bytes;
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Resolves once `chunk` was taken; false when the sink closed instead (its error comes out of `out`). */
function written(sink: Writable, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const closed = (): void => resolve(false);
    sink.once('close', closed);
    sink.write(chunk, (error) => {
      sink.off('close', closed);
      resolve(error === undefined || error === null);
    });
  });
}

/**
 * Feeds `source` to `sink` and yields what comes out of `out` (the same transform, or a child's two
 * pipes). One chunk at a time is under way, so a slow reader slows the source. An error of the
 * source ends the iteration; leaving the loop early destroys both ends.
 */
export async function* through(
  source: AsyncIterable<Uint8Array>,
  sink: Writable,
  out: Readable,
): AsyncGenerator<Uint8Array> {
  const failure: { cause?: unknown } = {};
  // A child that dies early breaks its stdin; its exit status and stderr say why.
  sink.on('error', () => undefined);
  const pump = async (): Promise<void> => {
    try {
      for await (const chunk of source) {
        if (sink.destroyed || !(await written(sink, chunk))) return;
      }
      sink.end();
    } catch (error) {
      failure.cause = error;
      sink.destroy();
      out.destroy();
    }
  };
  const pumping = pump();
  try {
    for await (const chunk of out as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw failure.cause ?? error;
  } finally {
    // Not awaiting the pump here: it may hang in a read that a stalled writer never answers.
    sink.destroy();
    out.destroy();
  }
  await pumping;
  if (failure.cause !== undefined) throw failure.cause;
}
