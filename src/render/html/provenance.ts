import type { Report, Side } from '../../report/schema.js';
import { limits, shellWord } from '../shared/limits.js';
import { formatCount, formatSeconds, formatWeight, plural } from '../shared/numbers.js';
import { normalizationWords } from '../shared/normalization.js';
import { displayName, visibleText } from '../shared/visible.js';
import { scrollBox } from './common.js';
import { images } from './images.js';
import { html, type Content, type Markup } from './markup.js';

const NOT_RECORDED = 'not recorded';

function sharedRow(term: string, base: Content, newer: Content): Markup {
  return html`<tr>
    <th scope="row">${term}</th>
    <td>${base}</td>
    <td>${newer}</td>
  </tr>`;
}

function bothSides(report: Report, term: string, say: (side: Side) => Content): Markup {
  return sharedRow(term, say(report.base), say(report.new));
}

function name(text: string | null): Content {
  return text === null ? NOT_RECORDED : html`<bdi>${displayName(text)}</bdi>`;
}

function total(side: Side, key: 'samples' | 'lost' | 'skippedLines'): number {
  return side.runs.reduce((sum, run) => sum + run[key], 0);
}

function compared(report: Report): Markup {
  const row = (which: 'base' | 'new'): Markup => {
    const side = report[which];
    const timer = side.timer ? ' (a timer)' : '';
    return html`<tr>
      <th scope="row">${which}</th>
      <td class="name">${name(side.label)}</td>
      <td class="name">${name(side.kernel)}</td>
      <td class="name"><code>${displayName(side.event)}</code>${timer}</td>
      <td class="num">${formatCount(side.runs.length)}</td>
      <td class="num">${formatCount(total(side, 'samples'))}</td>
      <td class="num">${formatWeight(report.total[which], report.base.unit, 4)}</td>
    </tr>`;
  };
  return html`<h3>What was compared</h3>
    ${scrollBox(
      'What was compared',
      html`<table aria-label="What was compared">
        <thead>
          <tr>
            <td></td>
            <th scope="col">label</th>
            <th scope="col">kernel</th>
            <th scope="col">event</th>
            <th scope="col" class="num">runs</th>
            <th scope="col" class="num">samples</th>
            <th scope="col" class="num">weight, mean per run</th>
          </tr>
        </thead>
        <tbody>
          ${row('base')}${row('new')}
        </tbody>
      </table>`,
    )}
    <p class="note">${normalization(report)}</p>`;
}

function normalization(report: Report): string {
  const scaled = normalizationWords(report);
  return scaled === null
    ? 'Not normalised: both sides are taken to have done the same work, and totals are compared as recorded.'
    : `Normalised: ${scaled}.`;
}

function inputs(report: Report): Markup {
  const rows = (['base', 'new'] as const).flatMap((which) =>
    report[which].runs.map(
      (run) =>
        html`<tr>
          <th scope="row">${which}</th>
          <td class="name"><bdi>${displayName(run.path)}</bdi></td>
          <td class="name"><code class="hash">${run.sha256}</code></td>
          <td class="num">${formatCount(run.samples)}</td>
          <td class="num">${formatWeight(run.weight, report[which].unit, 5)}</td>
          <td class="num">${run.duration === null ? '–' : formatSeconds(run.duration)}</td>
          <td class="num">${formatCount(run.lost)}</td>
        </tr>`,
    ),
  );
  return html`<h3>Inputs</h3>
    ${scrollBox(
      'Inputs',
      html`<table aria-label="Inputs">
        <thead>
          <tr>
            <th scope="col">side</th>
            <th scope="col" class="name">file</th>
            <th scope="col" class="name">SHA-256</th>
            <th scope="col" class="num">samples</th>
            <th scope="col" class="num">weight</th>
            <th scope="col" class="num">recorded for</th>
            <th scope="col" class="num">lost</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>`,
    )}`;
}

function recording(report: Report): Markup {
  const fact = (term: string, say: (s: Side) => string | number | null): Markup =>
    bothSides(report, term, (s) => {
      const value = say(s);
      return typeof value === 'string' ? name(value) : (value ?? NOT_RECORDED);
    });
  return html`<h3>Recordings</h3>
    ${scrollBox(
      'Recordings',
      html`<table class="facts" aria-label="Recordings">
        <thead>
          <tr>
            <td></td>
            <th scope="col">base</th>
            <th scope="col">new</th>
          </tr>
        </thead>
        <tbody>
          ${fact('host', (s) => s.recording.hostname)}
          ${fact('os release', (s) => s.recording.osRelease)}
          ${fact('architecture', (s) => s.recording.arch)} ${fact('CPU', (s) => s.recording.cpu)}
          ${fact('CPUs online', (s) => s.recording.cpusOnline)}
          ${fact('perf', (s) => s.recording.perfVersion)}
          ${fact('recorded with', (s) => s.recording.command)}
          ${bothSides(report, 'events seen', (s) => s.events.map((e, i) => [i > 0 ? ', ' : '', html`<code>${displayName(e.name)}</code> ${plural(e.samples, 'sample')}`]))}
        </tbody>
      </table>`,
    )}`;
}

/** Every option in which the kernels' configurations differ: each may be a cause. */
function configs({ configs: of }: Report): Markup | null {
  if (of === null) return null;
  const value = (text: string | null) => (text === null ? 'not set' : displayName(text));
  return html`<h3>Kernel configurations</h3>
    <p>
      base <bdi>${displayName(of.base.name)}</bdi> <code class="hash">${of.base.sha256}</code>, new
      <bdi>${displayName(of.new.name)}</bdi> <code class="hash">${of.new.sha256}</code>:
      ${plural(of.differing.length, 'option differs', 'options differ')}.
    </p>
    <ul id="configs">
      ${of.differing.map(
        (row) =>
          html`<li>
            <code>${displayName(row.option)}</code>: ${value(row.base)} → ${value(row.new)}
          </li>`,
      )}
    </ul>`;
}

function skipped(report: Report): Markup {
  const rows = (['base', 'new'] as const).flatMap((which) =>
    report[which].runs.flatMap((run) =>
      run.skipped.map(
        (s) =>
          html`<li>
            <bdi>${displayName(run.path)}</bdi> (${which}): ${plural(s.lines, 'line')}, first at
            line ${formatCount(s.firstLine)}: ${visibleText(s.reason)}
          </li>`,
      ),
    ),
  );
  const count = total(report.base, 'skippedLines') + total(report.new, 'skippedLines');
  if (count === 0 && rows.length === 0)
    return html`<h3>Skipped</h3>
      <p>No line was skipped.</p>`;
  return html`<h3>Skipped</h3>
    <p>${plural(count, 'line')} could not be used.</p>
    <ul>
      ${rows}
    </ul>`;
}

function limitList(report: Report): Markup {
  return html`<h3>What these data cannot tell</h3>
    <ul>
      ${limits(report).map((line) => html`<li>${line}</li>`)}
    </ul>`;
}

/** Everything needed to check or repeat the comparison, and what it cannot say. */
export function provenance(report: Report): Markup {
  const { provenance: p, statistics } = report;
  const command = [p.tool, ...p.argv, '-o', 'report.html']
    .map((word) => shellWord(word, visibleText))
    .join(' ');
  const options = Object.entries(p.options).filter(([, value]) => value !== null);
  return html`<section aria-labelledby="method-h">
    <h2 id="method-h">Provenance and method</h2>
    ${compared(report)}${inputs(report)}${recording(report)}${images(report)}${configs(report)}${skipped(report)}
    <h3>Command</h3>
    <pre>${command}</pre>
    <p>
      ${p.tool}
      ${p.version}${
        options.length === 0
          ? ''
          : html`; options:
            ${options.map(([key, value], i) => `${i > 0 ? ', ' : ''}${key} ${String(value)}`)}`
      }.
    </p>
    <h3>Method</h3>
    <p>
      Statistics: ${statistics.method} (${plural(statistics.n.base, 'run')} of base,
      ${plural(statistics.n.new, 'run')} of
      new${statistics.seed === null ? '' : `, seed ${String(statistics.seed)}`}). Every number is in
      the event's unit, as the mean of a side's runs; points are percent of the base total. extra is
      gross in new minus gross in base, for every op and site: nothing is clamped or scaled.
    </p>
    ${limitList(report)}
    <h3>The data behind this page</h3>
    <p>
      The complete report document (${report.schema}) is embedded in this file, gzip in base64, in
      the element <code>#pvflame-report</code>; <code>pvflame extract</code> gives it back byte for
      byte, and with <code>--folded base</code> or <code>--folded new</code> a side's folded stacks,
      as <code>pvflame fold</code> prints them. This page is offline: it loads nothing and sends
      nothing.
    </p>
  </section>`;
}
