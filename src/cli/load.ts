/**
 * Loads the packed command line (scripts/pack.mjs): each pack is one script, and beside it lies what V8 compiled of
 * it at build, so that nothing is compiled at start. Part of dist/cli/main.js and dist/cli/side-worker.js; of ours it
 * imports this-node.ts alone.
 */
/* eslint-disable @typescript-eslint/no-require-imports -- built as CommonJS, which has no other way */
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import { keptBeside } from '../this-node.js';

/** Of each pack: its file without the ending. Put in by the build. */
declare const PACKS: Readonly<Record<string, string>>;
/** The pack of each command and package. Put in by the build. */
declare const PACK_OF: Readonly<Record<string, string>>;

type Exports = Record<string, unknown>;
type Pack = (require: (id: string) => unknown, importMetaUrl: string) => Exports;

/** Node's own modules that take a millisecond or more to load, and that many runs do without. */
const SELDOM = new Set(
  ['child_process', 'crypto', 'fs/promises', 'net', 'os', 'v8', 'worker_threads', 'zlib'].map(
    (name) => `node:${name}`,
  ),
);

const loaded = new Map<string, Exports>();

/** What a pack exports; it is run the first time. */
export function load(name: string): Exports {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const file = `${__dirname}/code/${PACKS[name] ?? name}`;
  // packs are plain ASCII
  const source = readFileSync(`${file}.js`, 'latin1');
  // V8 turns down what other flags made, and compiles
  const script = new vm.Script(source, {
    filename: `${file}.js`,
    cachedData: keptBeside(file),
  });
  const exports = (script.runInThisContext() as Pack)(requireFrom, `file://${file}.js`);
  loaded.set(name, exports);
  return exports;
}

/** `pvflame:` ids are what packs hold; all others are Node's and packages. */
function requireFrom(id: string): unknown {
  const ours = /^pvflame:(.+)$/.exec(id)?.[1];
  if (ours === undefined) return SELDOM.has(id) ? lazily(id) : require(id);
  const pack = PACK_OF[ours];
  return pack === undefined ? load('program')[ours] : load(pack)[ours];
}

/** A module of Node that is loaded when something of it is asked for. */
function lazily(id: string): object {
  const real = () => require(id) as object;
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(real(), key) as unknown,
      has: (_, key) => Reflect.has(real(), key),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_, key) => {
        const known = Reflect.getOwnPropertyDescriptor(real(), key);
        return known === undefined ? undefined : { ...known, configurable: true };
      },
    },
  );
}
