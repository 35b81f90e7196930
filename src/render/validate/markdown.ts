/** A fix for a merge request: the answer, the tables, and what they rest on folded away. */
import type { Validation } from '../../report/validate-schema.js';
import { block, code, prose } from '../markdown/escape.js';
import { tableSection } from '../markdown/table.js';
import { budgetLines } from '../shared/budget.js';
import { shellWord } from '../shared/limits.js';
import { signedShort } from '../shared/numbers.js';
import { displayName, visibleText } from '../shared/visible.js';
import {
  functionsView,
  judgedView,
  ledgerView,
  opsView,
  runsWords,
  siteListView,
  sitesView,
} from './tables.js';
import { recoveredWords, warningWords } from './words.js';

const MOST = 5;

/** The whole document as GitHub-flavoured Markdown; recorded names only ever as code. */
export function renderValidationMarkdown(of: Validation): string {
  const parts = [
    heading(of),
    of.warnings.map((warning) => `> - ${prose(warningWords(warning))}`),
    tableSection('Got worse beyond noise', judgedView(of, 'worse', MOST)),
    tableSection('Got better beyond noise', judgedView(of, 'better', MOST)),
    tableSection('Where it went', ledgerView(of)),
    tableSection('Paravirt ops', opsView(of, MOST)),
    tableSection('Call sites', sitesView(of, MOST)),
    tableSection(
      'Not patched: seen to call through the table after',
      siteListView(of, 'stillIndirect', MOST),
    ),
    tableSection('Not sampled enough to tell', siteListView(of, 'undecided', MOST)),
    tableSection('Functions, own time, builds lined up', functionsView(of, MOST)),
    method(of),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function heading(of: Validation): string[] {
  const profiles = (['native', 'before', 'after'] as const).flatMap((name) => {
    const profile = of[name];
    return profile === null
      ? []
      : [
          `${name}: ${code(profile.label)}, ${code(profile.kernel ?? 'not recorded')} (${runsWords(profile)})`,
        ];
  });
  const line = (what: string, change: Validation['change']) => {
    const percent = change.percent === null ? '' : signedShort(change.percent);
    const sure =
      change.percentInterval === null
        ? 'no interval'
        : `95 % interval ${signedShort(change.percentInterval[0])} % to ${signedShort(change.percentInterval[1])} %`;
    return `- ${what}: **${percent} %** (${sure}): ${change.verdict}`;
  };
  return [
    `### ${of.title === null ? 'What the fix wins back' : prose(of.title)}`,
    '',
    of.recovered === null
      ? '**After against before; without native no share of an overhead can be said.**'
      : `**Recovered: ${recoveredWords(of.recovered)}**`,
    '',
    ...(of.native === null
      ? []
      : [line('before − native', of.before), line('after − native', of.after)]),
    line('after − before', of.change),
    ...budgetLines(of.budget).map((words) => `- ${prose(words)}`),
    '',
    profiles.join('; ') + `; event ${code(of.event || '(unnamed)')}`,
  ];
}

function method(of: Validation): string[] {
  const files = (['native', 'before', 'after'] as const).flatMap((name) =>
    (of[name]?.runs ?? []).map((run) => `${name.padEnd(6)} ${run.sha256} ${displayName(run.path)}`),
  );
  const { tool, version, argv } = of.provenance;
  const command = [tool, ...argv, '-f', 'markdown']
    .map((word) => shellWord(word, visibleText))
    .join(' ');
  return [
    '<details><summary>Inputs and method</summary>',
    '',
    'Recovered is (before − after) / (before − native), with the set of shares that three noisy totals do not rule out (Fieller). ' +
      '± is the wider side of the 95 % interval; noise: within it, or too likely by chance among so many rows; few: too little data; -: not judged.' +
      (of.timer ? ' On a timer rows of ops and sites are lower bounds.' : ''),
    '',
    ...block([...files, command]),
    '',
    `${tool} ${code(version)}`,
    '',
    '</details>',
  ];
}
