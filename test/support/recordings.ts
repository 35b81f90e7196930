import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { diffReport } from '../../src/cli/diff.js';
import { parseDiffOptions } from '../../src/cli/diff-options.js';
import type { Report } from '../../src/report/schema.js';

const fixtures = join(import.meta.dirname, '../../fixtures');

/** Path of a shipped recording: recording('6.1', 'native'). */
export function recording(kernel: string, build: string): string {
  return join(fixtures, 'recordings', kernel, `${build}.perf-script.txt.gz`);
}

/** A recording as text, apart into header and samples (each with its frame lines, leaf first). */
export interface Text {
  header: string;
  samples: { head: string; frames: string[] }[];
}

export function textOf(path: string): Text {
  const raw = readFileSync(path);
  return parseText((path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8'));
}

export function parseText(text: string): Text {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  const samples: Text['samples'] = [];
  for (const line of lines.slice(first)) {
    if (line === '') continue;
    if (line.startsWith('\t')) samples.at(-1)?.frames.push(line);
    else samples.push({ head: line, frames: [] });
  }
  return { header: lines.slice(0, first).join('\n'), samples };
}

export function printText({ header, samples }: Text): string {
  const blocks = samples.map(({ head, frames }) => `${head}\n${frames.join('\n')}\n`);
  return `${header}${header === '' ? '' : '\n'}${blocks.join('\n')}\n`;
}

/** A kernel frame line as perf prints it. */
export function frame(
  symbol: string,
  offset: number,
  address = 0xffffffff81000000n + BigInt(offset),
): string {
  return `\t${address.toString(16).padStart(16)} ${symbol}+0x${offset.toString(16)} ([kernel.kallsyms])`;
}

export const SYSCALL = [
  frame('do_syscall_64', 0x2b, 0xffffffff8139af7bn),
  frame('entry_SYSCALL_64_after_hwframe', 0x4b, 0xffffffff814000afn),
  '\t           d4ad7 execve+0x7 (/lib/x86_64-linux-gnu/libc.so.6)',
];

/** N samples of a stack, 1000 of the event's unit each. */
export function planted(n: number, frames: string[], period = 1000): Text['samples'] {
  return Array.from({ length: n }, (_, i) => ({
    head: `mmapbench  3064/3064  [000]    21.${String(200000 + i)}: ${String(period).padStart(10)} cycles: `,
    frames,
  }));
}

/** The same recording with its timer event called cycles, so that rows are no lower bounds. */
export function asCycles(text: Text): Text {
  return {
    header: text.header.replaceAll('cpu-clock', 'cycles'),
    samples: text.samples.map((s) => ({ ...s, head: s.head.replace('cpu-clock:', 'cycles:') })),
  };
}

/** The report of two recordings, given as text or by path. */
export async function reportOf(
  base: Text | string,
  other: Text | string,
  options: Record<string, unknown> = {},
): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), 'pvflame-report-'));
  try {
    const path = (side: Text | string, name: string) => {
      if (typeof side === 'string') return side;
      const file = join(dir, name);
      writeFileSync(file, printText(side));
      return file;
    };
    return await diffReport(
      { base: [path(base, 'base.txt')], new: [path(other, 'new.txt')] },
      parseDiffOptions(options),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The ledger's changes by bucket; buckets that are not known are left out. */
export function ledgerOf(report: Report): Record<string, number> {
  return Object.fromEntries(
    report.ledger.flatMap(({ bucket, delta }) => (delta === null ? [] : [[bucket, delta]])),
  );
}
