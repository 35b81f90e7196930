/**
 * Whether the whole of `text` matches a glob: `*` any characters (also none), `?` one character, `\` takes
 * the next one as it is. Linear in pattern times text whatever the pattern: no backtracking over more
 * than the last star.
 */
export function globMatches(pattern: string, text: string): boolean {
  const steps = stepsOf(pattern);
  const characters = [...text];
  let step = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < characters.length) {
    const wanted = steps[step];
    if (wanted === ANY) {
      star = step++;
      starAt = at;
    } else if (wanted !== undefined && (wanted === ONE || wanted === characters[at])) {
      step++;
      at++;
    } else if (star >= 0) {
      step = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (steps[step] === ANY) step++;
  return step === steps.length;
}

const ANY = Symbol('*');
const ONE = Symbol('?');

function stepsOf(pattern: string): (string | typeof ANY | typeof ONE)[] {
  const steps: (string | typeof ANY | typeof ONE)[] = [];
  let escaped = false;
  for (const c of pattern) {
    if (!escaped && c === '\\') escaped = true;
    else {
      steps.push(!escaped && c === '*' ? ANY : !escaped && c === '?' ? ONE : c);
      escaped = false;
    }
  }
  if (escaped) steps.push('\\');
  return steps;
}
