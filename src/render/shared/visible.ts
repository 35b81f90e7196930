/** The longest name that is ever shown; the report document keeps the whole. */
export const MAX_NAME = 200;

/**
 * What draws nothing, moves the cursor or turns the reading direction: control and format
 * characters, private use, lone surrogates, line separators, blanks other than the space, variation
 * selectors and the fillers that look like a blank. Unassigned code points stay: their list
 * depends on the Unicode version of the JavaScript engine, and bytes must not.
 */
const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00a0\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\ufe00-\ufe0f\uffa0\ufffe\uffff\u{e0100}-\u{e01ef}]/gu;

function escapeCodePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** Nearly every name; the list above takes long to compile and to match. */
const plain = /^[ -~]*$/;

/** A recorded text with every invisible character written as its escape. */
export function visibleText(text: string): string {
  return plain.test(text) ? text : text.replace(invisible, escapeCodePoint);
}

/** Cuts to `limit` characters without splitting a surrogate pair; says with … that it did. */
export function shorten(text: string, limit = MAX_NAME): string {
  if (text.length <= limit) return text;
  let end = limit - 1;
  if (/[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
  return `${text.slice(0, end)}…`;
}

/** A symbol, file or label as it may be shown: visible and short. */
export function displayName(name: string): string {
  return shorten(visibleText(shorten(name, 4 * MAX_NAME)));
}
