import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

// the stream was asked before: newer Node versions would ask standard output again
const paint = (style: Style, text: string) =>
  (styleText as (style: Style, text: string, options?: object) => string)(style, text, {
    validateStream: false,
  });

/** A text report for a terminal: the same characters, headings and verdicts in colour. */
export function colourText(report: string): string {
  return report
    .split('\n')
    .map((line) => {
      if (/^note: /.test(line)) return paint('yellow', 'note:') + line.slice(5);
      const heading = /^[A-Z]{4,}(?: [A-Z]{2,})*(?=[, ])/.exec(line)?.[0];
      if (heading !== undefined) return paint('bold', heading) + line.slice(heading.length);
      // the verdict's own column, or the end of the answer
      return line.replace(
        /((?:\d [ ]?|verdict: ))(more|less)(?= {2}|$)/,
        (_, before: string, word: 'more' | 'less') =>
          before + paint(word === 'more' ? 'red' : 'green', word),
      );
    })
    .join('\n');
}

/**
 * Whether to write colour to a stream: on a terminal that has some, unless NO_COLOR is set
 * (no-color.org); FORCE_COLOR decides where it is set, as in Node.
 */
export function wantsColour(
  stream: { isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
}
