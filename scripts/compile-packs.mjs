// Runs the built command line once: `node scripts/compile-packs.mjs dist/cli/main.js ARGS...`, and keeps beside each
// pack what V8 has compiled of it by the end. A next run begins with that, and adds what it needs.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import vm from 'node:vm';
import threads from 'node:worker_threads';

const self = fileURLToPath(import.meta.url);
const main = threads.isMainThread ? process.argv[2] : threads.workerData.main;
const packs = new Map();

// V8 takes what was compiled only with the flags that it was compiled with: those of a start
v8.setFlagsFromString = () => undefined;
const { Script } = vm;
vm.Script = class extends Script {
  constructor(source, options) {
    super(source, options);
    // packs have names, and what takes up machine code (src/ingest/wasm-code.ts) has none
    if (options.filename !== undefined) packs.set(options.filename, this);
  }
};

if (threads.isMainThread) {
  process.argv.splice(1, 1);
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(_file, options) {
      super(self, { ...options, workerData: { ...options?.workerData, main } });
    }
  };
}

// as src/cli/load.ts asks for it
const { thisNode } = createRequire(main)('../this-node.js');
process.on('exit', () => {
  for (const [file, script] of packs)
    writeFileSync(file.replace(/js$/, thisNode()), script.createCachedData());
});
createRequire(main)(threads.isMainThread ? main : join(dirname(main), 'side-worker.js'));
