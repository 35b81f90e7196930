import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { printable } from './source-name.js';
import { through } from './source-bytes.js';

/** How a child ended. `status` is null when it never ran or a signal ended it; `reason` says so. */
export interface ChildEnd {
  readonly status: number | null;
  readonly reason: string;
  readonly stderr: string;
}

export interface RunningChild {
  /** The child's stdout, fed with `source`. Leaving the loop early kills the child. */
  output(source?: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  readonly ended: Promise<ChildEnd>;
}

/** Warnings may be many; an error stands at the beginning or at the end. */
const KEPT_STDERR = 1 << 16;

/** A just spawned child, run for its output; its stdout and stderr are pipes. */
export function runChild(child: ChildProcess): RunningChild {
  const { stdin, stdout, stderr: errors } = child;
  if (stdout === null || errors === null) throw new Error('a child needs stdout and stderr pipes');
  const printed: Readable = stdout;
  let stderr = '';
  let failed: Error | undefined;
  errors.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (stderr.length > 2 * KEPT_STDERR) {
      stderr = `${stderr.slice(0, KEPT_STDERR)}\n${stderr.slice(-KEPT_STDERR)}`;
    }
  });
  child.on('error', (error) => {
    failed ??= error;
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    child.on('close', (status, signal) => {
      // A child that could not be started "exits" with a negative errno.
      const ran = failed === undefined && status !== null && status >= 0;
      const reason = failed?.message ?? (signal === null ? `exit status ${status}` : signal);
      resolve({ status: ran ? status : null, reason, stderr });
    });
  });
  async function* output(source?: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let done = false;
    try {
      if (source !== undefined && stdin !== null) {
        yield* through(source, stdin, printed);
      } else {
        for await (const chunk of printed as AsyncIterable<Uint8Array>) yield chunk;
      }
      done = true;
    } catch (error) {
      if (failed === undefined) throw error;
      done = true;
    } finally {
      if (!done) child.kill('SIGKILL');
    }
  }
  return { output, ended };
}

/** The line of a program's stderr that says what went wrong: its "Error:" line, else its last one. */
export function failureLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((candidate) => /^\s*(?:error|fatal)\b/i.test(candidate)) ?? lines.at(-1);
  return printable((line ?? '').trim().replace(/^Error:\s*/i, '')).slice(0, 300);
}
