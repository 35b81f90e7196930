/** A user's text in an error message: on one line, in ASCII, and not longer than it has to be. */
export function printable(text: string, most = 60): string {
  const line = text.replaceAll(/[^\x20-\x7e]+/g, '?');
  return line.length > most ? `${line.slice(0, most)}...` : line;
}
