/** JSON in one piece of what is text and what is bytes already. */
export function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** An object's members as JSON, without the brace that ends it. */
export function opened(value: object): string {
  return JSON.stringify(value).slice(0, -1);
}
