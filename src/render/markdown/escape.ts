import { displayName } from '../shared/visible.js';

/**
 * A recorded name as a code span: no Markdown, HTML, mention, reference or link inside is read as one,
 * on GitHub and GitLab. (`|` is escaped where tables are made.)
 */
export function code(name: string): string {
  const text = displayName(name).replace(/^ +| +$/g, '') || '(no name)';
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  // a blank inside keeps the fence apart from backticks at the ends
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

const WORD = /^\(?[A-Za-z]+(?:['/-][A-Za-z]+)*[.,;:]?\)?[.,;:]?$/;
const NUMBER = /^[(+-]?\d[\d,]*(?:\.\d+)?[.,;:%]?\)?[.,;:]?$/;
const LOOKS_LIKE_REFERENCE = /^www\b|^[0-9a-f]{7,}\W*$|^GH-/i;

/** A sentence that may hold recorded names: what is not plainly a word or a number becomes code. */
export function prose(text: string): string {
  return displayLine(text)
    .split(' ')
    .map((word) => {
      if (word === '' || word === '-' || /^%[.,;:]?$/.test(word)) return word;
      const plain = (WORD.test(word) || NUMBER.test(word)) && !LOOKS_LIKE_REFERENCE.test(word);
      return plain ? word : code(word);
    })
    .join(' ');
}

/** Messages are longer than names: shortened piece by piece, not as a whole. */
function displayLine(text: string): string {
  return text
    .split(/[ \r\n\t]+/)
    .map(displayName)
    .join(' ');
}

/** Recorded text on lines of its own, as it is. */
export function block(lines: readonly string[]): string[] {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence];
}
