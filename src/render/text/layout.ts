/** Lines of a plain-text report: 72 columns, ASCII. */
export const WIDTH = 72;

/** Breaks at blanks so that no line is longer than 72; a word that is longer is broken anywhere. */
export function wrap(words: string, indent: string): string[] {
  const text = asciiLine(words);
  const lines: string[] = [];
  const lead = /^ */.exec(text)?.[0] ?? '';
  let line = lead;
  let empty = true;
  for (const word of text.slice(lead.length).split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
    while (line.length > WIDTH) {
      lines.push(line.slice(0, WIDTH));
      line = indent + line.slice(WIDTH);
    }
  }
  if (!empty) lines.push(line);
  return lines.map((l) => l.trimEnd());
}

/** Mail is ASCII: signs get their ASCII form, everything else its escape. */
export function asciiLine(line: string): string {
  const plain = line
    .replaceAll('\u2212', '-')
    .replaceAll('\u00b5', 'u')
    .replaceAll('\u2026', '...')
    .replaceAll('\u2192', '->');
  return plain.replace(/[^\x20-\x7e]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A name in pieces that fit a column, broken at blanks or before an offset where there is one; later pieces are indented by 2. */
export function breakName(name: string, room: number): string[] {
  if (name.length <= room) return [name];
  const blank = Math.max(name.lastIndexOf(' ', room), name.lastIndexOf('+0x', room));
  const cut = blank > 0 ? blank : room;
  return [name.slice(0, cut), ...breakName(name.slice(cut).trimStart(), room - 2)];
}
