import { spawn } from 'node:child_process';
import { open, mkdtemp, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputError, type UserError } from '../errors.js';
import { failureLine, runChild, type ChildEnd, type RunningChild } from './source-child.js';
import { requirePerfScript, sniff, type Format } from './sniff.js';
import { openInput, peekInput, type OpenInput, type OpenOptions } from './source.js';

export interface PerfOptions extends OpenOptions {
  /** A copy of the recorded kernel's /proc/kallsyms, perhaps compressed; passed to perf. */
  readonly kallsyms?: string | undefined;
  /** The format, where it is not to be recognised. */
  readonly format?: Format | undefined;
}

const FIELDS = 'comm,pid,tid,cpu,time,period,event,ip,sym,symoff,dso'.split(',');

/** The perf to run: PVFLAME_PERF, else the one on PATH. */
export const perfProgram = (): string => process.env['PVFLAME_PERF'] || 'perf';

function perfCommand(file: string, fields: readonly string[] = FIELDS): string {
  return `perf script --no-inline --ns --header -F ${fields.join(',')} -i ${file}`;
}

function perfMissing(name: string, perf: string): UserError {
  return inputError(
    name,
    `is a perf.data file, and ${perf === 'perf' ? 'perf is not installed' : `${perf} cannot be run`}`,
    `run \`${perfCommand(name === 'stdin' ? 'perf.data' : name)} > recording.txt\` where it was recorded and give that text`,
  );
}

/** What of the command line this perf or this recording cannot do: the next attempt goes without. */
interface Attempt {
  readonly fields: readonly string[];
  readonly flags: readonly string[];
}

/**
 * The attempt after one that failed, or null. perf refuses a field that the samples do not hold
 * (evsel__check_stype() and evsel__check_attr() in tools/perf/builtin-script.c), and a flag that it is too old for.
 */
export function withoutWhatPerfLacks(attempt: Attempt, stderr: string): Attempt | null {
  const refused = new Set<string>();
  for (const [, field = ''] of stderr.matchAll(/Cannot print '(\w+)' field/g)) refused.add(field);
  for (const [, field = ''] of stderr.matchAll(/Invalid field requested.*?(\w+)/g))
    refused.add(field);
  if (/neither sample IP nor sample address/.test(stderr)) {
    for (const field of ['ip', 'sym', 'symoff', 'dso']) refused.add(field);
  }
  const flag = /unknown option [`'](?:--)?([\w-]+)/.exec(stderr)?.[1];
  const next = {
    fields: attempt.fields.filter((field) => !refused.has(field)),
    flags: attempt.flags.filter((known) => known !== `--${flag}`),
  };
  const shorter =
    next.fields.length < attempt.fields.length || next.flags.length < attempt.flags.length;
  return shorter && next.fields.length > 0 ? next : null;
}

/**
 * A file that has no name any more, filled from `source`: perf opens it through /proc/self/fd, and
 * nothing is left behind however this process ends.
 */
async function spool(source: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'pvflame-'));
  let handle: FileHandle | undefined;
  try {
    handle = await open(join(folder, 'spool'), 'wx+', 0o600);
    await rm(folder, { recursive: true });
    for await (const chunk of source) await handle.writeFile(chunk);
    return handle;
  } catch (error) {
    await handle?.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Job {
  readonly name: string;
  readonly perf: string;
  readonly file: string;
  readonly data: FileHandle | null;
  readonly kallsyms: FileHandle | null;
}

function runPerf(job: Job, attempt: Attempt): RunningChild {
  const symbols = job.kallsyms === null ? [] : ['--kallsyms', '/proc/self/fd/4'];
  const input = job.data === null ? job.file : '/proc/self/fd/3';
  const args = [
    'script',
    ...attempt.flags,
    '-F',
    attempt.fields.join(','),
    ...symbols,
    '-i',
    input,
  ];
  // Messages in English, no pager, and no symbol server: nothing is fetched at run time.
  const env = { ...process.env, LC_ALL: 'C', PERF_PAGER: 'cat', DEBUGINFOD_URLS: '' };
  return runChild(
    spawn(job.perf, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe', job.data?.fd ?? 'ignore', job.kallsyms?.fd ?? 'ignore'],
    }),
  );
}

function perfFailed(job: Job, end: ChildEnd): UserError {
  if (end.status === null && /ENOENT|EACCES/.test(end.reason))
    return perfMissing(job.name, job.perf);
  const line = failureLine(end.stderr);
  const advice = /not owned by current user/.test(line)
    ? 'copy the file, so that it is yours'
    : 'read it with the perf that recorded it and give that text';
  return inputError(job.name, `perf script failed (${line || end.reason})`, advice);
}

/** Whether perf printed anything but its header: fields are refused before the first sample. */
const onlyHeader = (text: string): boolean =>
  text.split('\n').every((line) => line === '' || line.startsWith('#'));

/** perf's text; an attempt that was refused before its first sample is repeated without what was refused. */
async function* perfText(job: Job): AsyncGenerator<Uint8Array> {
  let attempt: Attempt | null = { fields: FIELDS, flags: ['--no-inline', '--ns', '--header'] };
  while (attempt !== null) {
    const child = runPerf(job, attempt);
    let opening: Buffer | null = Buffer.alloc(0);
    for await (const chunk of child.output()) {
      if (opening === null) {
        yield chunk;
        continue;
      }
      opening = Buffer.concat([opening, chunk]);
      if (!onlyHeader(opening.toString('latin1'))) {
        yield opening;
        opening = null;
      }
    }
    const end = await child.ended;
    if (end.status === 0) {
      if (opening !== null) yield opening;
      return;
    }
    const next: Attempt | null =
      opening === null ? null : withoutWhatPerfLacks(attempt, end.stderr);
    if (next === null) throw perfFailed(job, end);
    attempt = next;
  }
}

async function drain(input: OpenInput): Promise<void> {
  for await (const chunk of input.chunks) void chunk;
}

/** Opens a list of kernel symbols; perf says nothing of one that is none, and finds no symbol in it. */
export async function openKallsyms(path: string): Promise<OpenInput> {
  const { head, input } = await peekInput(await openInput(path, { digest: false }));
  if (sniff(head) === 'kallsyms') return input;
  await input.close();
  throw inputError(input.name, 'is no list of kernel symbols', 'give a copy of /proc/kallsyms');
}

/**
 * The text of a perf.data recording (PERFILE2, file or pipe mode) through the installed `perf script`.
 * `input` must begin with its first byte. The digest stays that of the raw perf.data.
 */
export function readPerfData(input: OpenInput, options: PerfOptions = {}): OpenInput {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const perf = perfProgram();
    const { onPath } = await import('./zstd.js');
    if (!perf.includes('/') && !onPath(perf)) throw perfMissing(input.name, perf);
    let data: FileHandle | null = null;
    let kallsyms: FileHandle | null = null;
    let hashing: Promise<void> = Promise.resolve();
    try {
      if (options.kallsyms !== undefined) {
        kallsyms = await spool((await openKallsyms(options.kallsyms)).chunks);
      }
      if (input.file === null) {
        data = await spool(input.chunks);
      } else {
        // perf opens the file itself; its bytes are still hashed, at the same time.
        hashing = drain(input);
        hashing.catch(() => undefined);
      }
      yield* perfText({ name: input.name, perf, file: input.file ?? '', data, kallsyms });
      await hashing;
    } finally {
      await input.close();
      await data?.close();
      await kallsyms?.close();
    }
  }
  const text = chunks();
  return {
    ...input,
    file: null,
    // those are perf.data's own bytes
    direct: undefined,
    chunks: text,
    close: async () => {
      await text.return(undefined);
      await input.close();
    },
  };
}

/**
 * Opens a recording as `perf script` text: text as it is, perf.data through perf. Every other format is
 * refused with its own advice, unless `format` says to read the input as text anyhow.
 */
export async function openPerfScript(path: string, options: PerfOptions = {}): Promise<OpenInput> {
  const { head, input } = await peekInput(await openInput(path, options));
  try {
    const format = options.format ?? sniff(head);
    if (format === 'perf-data')
      return { ...readPerfData(input, options), perfData: input.file !== null };
    requirePerfScript(input.name, format);
    return input;
  } catch (error) {
    await input.close();
    throw error;
  }
}
