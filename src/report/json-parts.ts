/** JSON in one piece of what is text and what is bytes already, without a copy between. */
export function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const lengths = parts.map((part) => Buffer.byteLength(part));
  const all = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  parts.forEach((part, i) => {
    if (typeof part === 'string') all.write(part, at);
    else all.set(part, at);
    at += lengths[i] ?? 0;
  });
  return all;
}

/** An object's members as JSON, without the brace that ends it. */
export function opened(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}
