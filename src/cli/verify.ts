import { basename } from 'node:path';
import { ExitStatus } from '../errors.js';
import { embeddedReport, embeddedStacks } from '../render/html/embedded.js';
import { renderHtml } from '../render/html/index.js';
import { visibleText } from '../render/shared/visible.js';
import type { Report } from '../report/schema.js';
import { VERSION } from '../version.js';
import { readPage } from './extract.js';
import { writeStdout } from './outputs.js';
import { filesOf, recompute, type Matched } from './recompute.js';
import { sha256Of } from './sha256.js';

/**
 * `pvflame verify`: the document is valid and adds up, the page is what this version writes of it, and
 * from the inputs given come the same numbers (recompute.ts). Exit status 1 where something differs, each named on a line.
 */
export async function verify(path: string, inputs: readonly string[]): Promise<void> {
  const page = readPage(path);
  const { report } = embeddedReport(page, path);
  const wrong = sums(report);
  const said = ['the document is valid' + (wrong.length === 0 ? ' and adds up' : '')];
  const { version } = report.provenance;
  if (version === VERSION) {
    const again = await renderHtml(report, embeddedStacks(page, path));
    if (again === page) said.push('the page is what the document says, byte for byte');
    else wrong.push(difference(page, again));
  } else {
    said.push(
      `the page was written by pvflame ${version}: only that version can compare it with its document`,
    );
  }
  if (inputs.length > 0) {
    const found = await matchInputs(report, inputs);
    wrong.push(...found.wrong);
    if (found.wrong.length === 0) {
      said.push('every run has its input, by SHA-256');
      const again = await recompute(report, found);
      wrong.push(...again.wrong);
      said.push(...again.said);
    }
  }
  writeStdout(
    [...said, ...wrong.map((line) => `DIFFERS: ${line}`)]
      .map((l) => `${visibleText(l)}\n`)
      .join(''),
  );
  if (wrong.length > 0) process.exitCode = ExitStatus.exceeded;
}

/** Identities that every report holds to, up to rounding of sums of many terms. */
function sums({ total, ledger, sumCheck, graph }: Report): string[] {
  const size = Math.max(Math.abs(total.base), Math.abs(total.new), 1);
  const same = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * size;
  const wrong: string[] = [];
  if (!same(total.new - total.base, total.delta)) wrong.push('total.delta is not new - base');
  const buckets = ledger.reduce((sum, row) => sum + (row.delta ?? 0), 0);
  if (!same(buckets, total.delta))
    wrong.push(`the ledger adds up to ${buckets}, the total is ${total.delta}`);
  if (!same(total.delta - buckets, sumCheck))
    wrong.push(`sumCheck is ${sumCheck}, the ledger leaves ${total.delta - buckets}`);
  for (const row of ledger) {
    if (row.delta !== null && !same((row.new ?? 0) - (row.base ?? 0), row.delta))
      wrong.push(`ledger ${row.bucket}: delta is not new - base`);
  }
  for (const side of ['base', 'new'] as const) {
    let drawn = 0;
    for (const weight of graph.nodes[side]) drawn += weight;
    if (!same(drawn, total[side]))
      wrong.push(`the graph's ${side} adds up to ${drawn}, the total is ${total[side]}`);
  }
  return wrong;
}

/** Where two pages part, by the heading before it. */
function difference(page: string, again: string): string {
  let at = 0;
  while (at < page.length && page[at] === again[at]) at++;
  const headings = [...again.slice(0, at).matchAll(/<h[123][^>]*>([^<]*)/g)];
  const heading = headings.at(-1)?.[1]?.trim() ?? '';
  const part = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 40));
  const place = heading === '' ? 'before its first heading' : `under '${heading}'`;
  return `the page ${place}: has ${part(page)}, and the document says ${part(again)}`;
}

/** Runs without their input and inputs that are nothing of the report's; else each run's input. */
async function matchInputs(report: Report, inputs: readonly string[]): Promise<Matched> {
  const given = new Map<string, string>();
  for (const input of inputs) given.set(await sha256Of(input), input);
  const runs = (['base', 'new'] as const).flatMap((side) =>
    report[side].runs.map((run) => ({ side, ...run })),
  );
  const named = new Set(filesOf(report).map(({ name }) => name));
  const known = new Set([
    ...runs.flatMap((run) => [run.sha256, run.anchor?.sha256]),
    ...Object.values(report.images ?? {}).map((image) => image.sha256),
    ...[report.configs?.base.sha256, report.configs?.new.sha256],
  ]);
  return {
    bySha256: given,
    given: inputs,
    wrong: [
      ...runs
        .filter((run) => !given.has(run.sha256))
        .map((run) => `${run.side} ${run.path}: no input given has its SHA-256 ${run.sha256}`),
      ...[...given]
        .filter(([hash, input]) => !known.has(hash) && !named.has(basename(input)))
        .map(([hash, input]) => `${input}: SHA-256 ${hash} is of no run in the report`),
    ],
  };
}
