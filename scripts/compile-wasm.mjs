// Keeps beside each WebAssembly module of a build its machine code for this Node: `node scripts/compile-wasm.mjs dist`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';

const dist = process.argv[2];
const part = (path) => import(pathToFileURL(join(dist, path)).href);
const { compiledNatives, machineCodeOf, modulesOfMachineCode } = await part('ingest/wasm-code.js');
const { thisNode } = await part('this-node.js');

const assets = join(dist, 'assets');
const files = readdirSync(assets).filter((name) => name.endsWith('.wasm'));
const all = files.map((name) => ({ name, bytes: readFileSync(join(assets, name)) }));

// all functions at once, by the optimising compiler: flags that V8 has again before it writes down which it had
const flags = ['liftoff', 'wasm-lazy-compilation', 'wasm-dynamic-tiering'];
for (const flag of flags) v8.setFlagsFromString(`--no-${flag}`);
const modules = all.map(({ bytes }) => new WebAssembly.Module(bytes));
for (const flag of flags) v8.setFlagsFromString(`--${flag}`);

const natives = compiledNatives((allow) =>
  v8.setFlagsFromString(allow ? '--allow-natives-syntax' : '--no-allow-natives-syntax'),
);
v8.setFlagsFromString('--allow-natives-syntax');
const serialize = vm.runInThisContext(
  '(function (module) { return %SerializeWasmModule(module); })',
);
v8.setFlagsFromString('--no-allow-natives-syntax');
const codes = all.map(({ bytes }, i) => machineCodeOf(serialize, bytes, modules[i]));
// what is not taken back here is not taken by a user's Node either
const back = modulesOfMachineCode(
  natives,
  all.map(({ bytes }, i) => ({ bytes, kept: codes[i] })),
);
if (back.includes(null)) process.exit(1);
writeFileSync(join(assets, `natives.${thisNode()}`), natives);
all.forEach(({ name }, i) => {
  writeFileSync(join(assets, `${name}.${thisNode()}`), codes[i]);
});
