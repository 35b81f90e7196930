// Keeps beside each WebAssembly module of a build its machine code for this Node: `node scripts/compile-wasm.mjs dist`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';

const dist = process.argv[2];
const part = (path) => import(pathToFileURL(join(dist, path)).href);
const { machineCodeOf, modulesOfMachineCode } = await part('ingest/wasm-code.js');
const { thisNode } = await part('this-node.js');

const assets = join(dist, 'assets');
const files = readdirSync(assets).filter((name) => name.endsWith('.wasm'));
const all = files.map((name) => ({ name, bytes: readFileSync(join(assets, name)) }));

// all functions at once, by the optimising compiler: flags that V8 has again before it writes down which it had
const flags = ['liftoff', 'wasm-lazy-compilation', 'wasm-dynamic-tiering'];
for (const flag of flags) v8.setFlagsFromString(`--no-${flag}`);
const modules = all.map(({ bytes }) => new WebAssembly.Module(bytes));
for (const flag of flags) v8.setFlagsFromString(`--${flag}`);

const codes = all.map(({ bytes }, i) => machineCodeOf(bytes, modules[i]));
// what is not taken back here is not taken by a user's Node either
const back = modulesOfMachineCode(all.map(({ bytes }, i) => ({ bytes, kept: codes[i] })));
if (back.includes(null)) process.exit(1);
all.forEach(({ name }, i) => {
  writeFileSync(join(assets, `${name}.${thisNode()}`), codes[i]);
});
