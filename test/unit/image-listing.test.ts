import { describe, expect, test } from 'vitest';
import { readKernelImage } from '../../src/paravirt/image/index.js';
import { failure, scratchFile } from '../support/image-fixtures.js';
import { kernel, TEXT, textWith } from '../support/image-synthetic.js';

const FUNCTIONS = 256;
const SIZE = 64;

/** Every function calls the two before it, so each is called twice. */
function text(): Buffer {
  const pieces = new Map<number, Buffer>();
  for (let i = 2; i < FUNCTIONS; i++) {
    for (const back of [1, 2]) {
      const at = i * SIZE + 8 * back;
      const call = Buffer.from([0xe8, 0, 0, 0, 0]);
      call.writeInt32LE((i - back) * SIZE - (at + 5), 1);
      pieces.set(at, call);
    }
  }
  return textWith(FUNCTIONS * SIZE, pieces);
}

const row = (address: number, name: string): string =>
  `${(TEXT + BigInt(address)).toString(16)} T ${name}\n`;
/** A listing in which each function lies where `move` says. */
const listing = (move: (i: number) => number | null): string =>
  [...Array(FUNCTIONS).keys()]
    .map((i) => [move(i), i] as const)
    .map(([at, i]) => (at === null ? '' : row(at, `f${i}`)))
    .join('');

test('a symbol table with a few functions names nothing else', async () => {
  const own = { name: 'kept', value: TEXT + 64n, size: 64, section: '.text' };
  const elf = kernel(text(), { symbols: [own] });
  const image = await readKernelImage(scratchFile('nearly-stripped', elf));
  expect(image.symbols.origin).toBeNull();
  expect(image.symbols.named('_text')?.address).toBe(TEXT);
  expect(image.symbolAt(TEXT + BigInt(200 * SIZE))).toBeNull();
});

async function read(list: string): Promise<string | null> {
  const path = scratchFile('listed-by-calls', kernel(text(), { symbols: null }));
  const image = await readKernelImage(path, {
    listing: { path: 'System.map', text: `${row(0, '_text')}${list}` },
  });
  return image.symbolAt(TEXT + BigInt(200 * SIZE))?.symbol.name ?? null;
}

describe("a listing must have the functions that the image's calls go to", () => {
  test('of this build', async () => {
    expect(await read(listing((i) => i * SIZE))).toBe('f200');
  });

  test('with Windows line ends', async () => {
    expect(await read(listing((i) => i * SIZE).replaceAll('\n', '\r\n'))).toBe('f200');
  });

  test.each([
    ['of a build with other functions', (i: number) => i * (SIZE + 16)],
    ['where one grew late in the text', (i: number) => i * SIZE + (i > 200 ? 16 : 0)],
    ['moved by less than a page', (i: number) => i * SIZE + 16],
    ['cut off', (i: number) => (i < 128 ? i * SIZE : null)],
    ['of global functions only', (i: number) => (i % 2 === 0 ? i * SIZE : null)],
  ] as const)('%s is refused', async (_name, move) => {
    const error = await failure(() => read(listing(move)));
    expect(error.status).toBe(3);
    expect(error.message).toMatch(/^System.map: symbols of another kernel than the image, or not/);
  });
});
