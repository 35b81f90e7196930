// The command line as a few scripts that are compiled at build. Loading a hundred modules, and compiling them, takes
// longer than folding a recording; see "Starting" in docs/performance.md.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What is loaded together: of each pack its commands. A pack is read whole, so that often used ones stand alone. */
const COMMANDS = {
  fold: ['fold'],
  diff: ['diff'],
  more: ['check', 'validate', 'series', 'extract', 'verify', 'sites'],
};
/** What a pack asks for only when half of its work is done: a pack of its own, which takes shared chunks from the first. */
const LATER = { diff: ['comparing'] };
/** Few runs need it. */
const PACKAGES = ['yaml'];
const PACK_OF = Object.fromEntries([
  ...Object.entries(COMMANDS).flatMap(([pack, names]) => names.map((name) => [name, pack])),
  ...PACKAGES.map((name) => [name, name]),
]);

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  logLevel: 'warning',
  // `withoutEffects` says which
  logOverride: { 'ignored-bare-import': 'silent' },
  minifySyntax: true,
};

/** Schemas, and the objects they share, are built by calls that do nothing else: what a command does not check with is left out of it. */
const pureSchemas = {
  name: 'pure-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /src\/report\/(?:[a-z]+-)?schema\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^((?:export )?const \w+ = )((?:z\b|\{).*?);$(?!\n )/gms,
        '$1/* @__PURE__ */ (() => ($2))();',
      ),
      loader: 'ts',
    }));
  },
};

/** Chunks of zod alone: run where something of them is used, and not for their order's sake. */
const withoutEffects = (files) => ({
  name: 'without-effects',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path);
      return files.has(file) ? { path: file, sideEffects: false } : undefined;
    });
  },
});

const isOfZod = (inputs) =>
  inputs.length > 0 && inputs.every((input) => input.includes('node_modules/zod/'));

/** Leaves out what another pack holds: `idOf` a module says how it is asked for there. */
const elsewhere = (idOf) => ({
  name: 'elsewhere',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === elsewhere || from.kind === 'entry-point') return undefined;
      const { path: file } = await resolve(path, { ...from, pluginData: elsewhere });
      const id = idOf(path, file, from.kind);
      return id === undefined ? undefined : { path: `pvflame:${id}`, external: true };
    });
  },
});

/** Each module is run when it is asked for. */
function exporting(modules) {
  const getters = modules.map(
    ([id, path]) => `get '${id}'() { return require(${JSON.stringify(path)}); }`,
  );
  return `module.exports = { ${getters.join(', ')} };`;
}

/** Modules as one script, a function that takes `require` and the script's own URL. */
async function script(contents, folder, plugins = []) {
  const { outputFiles, metafile } = await build({
    ...shared,
    stdin: { contents, resolveDir: folder, loader: 'js' },
    // a name of this folder in the text would make every build another
    absWorkingDir: folder,
    write: false,
    metafile: true,
    format: 'cjs',
    external: ['iced-x86', 'pvflame:*'],
    // a script has no import(): iced-x86 is required
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    plugins,
  });
  const text = outputFiles[0].text.replace(
    // one byte a character is read at once; all of these stand in strings, templates and regular expressions
    /[^\0-\x7f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  // names as they are, and lines: stack traces stay readable
  const source = `(function (require, importMetaUrl) { const module = { exports: {} };\n${text}\nreturn module.exports; })\n`;
  return { source, inputs: Object.keys(metafile.inputs).map((path) => join(folder, path)) };
}

/** The program itself: what every command begins with. `files` are the modules in it, by their ids. */
async function programPack(root) {
  const main = join(root, 'src/cli/main.ts');
  // a command's pack is loaded when the command is run
  const commands = elsewhere((path, _file, kind) =>
    kind === 'dynamic-import' ? /^\.\.\/(\w+)\.js$/.exec(path)?.[1] : undefined,
  );
  const { inputs } = await script(`require(${JSON.stringify(main)})`, root, [commands]);
  const files = new Map(
    inputs
      .filter((path) => path.startsWith(join(root, 'src/')))
      .map((path) => [path, relative(root, path)]),
  );
  const modules = [...files].map(([path, id]) => [id, path]);
  const { source } = await script(
    exporting([...modules, ['commander', 'commander'], ['main', main]]),
    root,
    [commands],
  );
  return { source, files };
}

/**
 * A pack of modules of src/cli. In two steps: into chunks, where esbuild leaves out what is not used, then into a
 * script, where each chunk is run when it is needed.
 */
async function packOf(root, folder, names, notHere, later = []) {
  const { metafile } = await build({
    ...shared,
    metafile: true,
    entryPoints: names.map((name) => join(root, `src/cli/${name}.ts`)),
    outdir: folder,
    splitting: true,
    format: 'esm',
    external: ['iced-x86'],
    plugins: [pureSchemas, elsewhere(notHere)],
    absWorkingDir: root,
  });
  const own = names.map((name) => [name, `./${name}.js`]);
  const first = reachedFrom(metafile, (entry) =>
    names.some((name) => entry.endsWith(`/${name}.ts`)),
  );
  // of each chunk that stands in a later pack, and of none of the first: that pack
  const laterPack = new Map();
  for (const name of later) {
    for (const path of reachedFrom(metafile, (entry) => entry.endsWith(`/${name}.ts`)))
      if (!first.has(path)) laterPack.set(join(root, path), name);
  }
  const ofZod = new Set(
    Object.entries(metafile.outputs).flatMap(([path, { inputs }]) =>
      isOfZod(Object.keys(inputs)) ? [join(root, path)] : [],
    ),
  );
  const packing = (...plugins) => [...plugins, withoutEffects(ofZod)];
  const idOf = (file) => `${basename(folder)}/${basename(file)}`;
  const without = elsewhere((_path, file) => (laterPack.has(file) ? idOf(file) : undefined));
  const { inputs } = await script(exporting(own), folder, packing(without));
  const taken = [];
  const fromFirst = elsewhere((_path, file) => {
    if (!inputs.includes(file)) return undefined;
    taken.push(file);
    return idOf(file);
  });
  const sources = {};
  const packOfId = {};
  for (const name of later) {
    const files = [...laterPack].flatMap(([file, pack]) => (pack === name ? [file] : []));
    for (const file of files) packOfId[idOf(file)] = name;
    const modules = files.map((file) => [idOf(file), `./${basename(file)}`]);
    sources[name] = (await script(exporting(modules), folder, packing(fromFirst))).source;
  }
  const name = basename(folder);
  for (const file of taken) packOfId[idOf(file)] = name;
  // in an order that does not depend on which was resolved first
  const modules = [...new Set(taken)].sort().map((file) => [idOf(file), `./${basename(file)}`]);
  sources[name] = (await script(exporting([...own, ...modules]), folder, packing(without))).source;
  return { sources, packOfId };
}

/** Chunks that entries run when they are loaded; their paths as esbuild has them. */
function reachedFrom({ outputs }, isEntry) {
  const waiting = Object.keys(outputs).filter((path) => isEntry(`/${outputs[path].entryPoint}`));
  const reached = new Set(waiting);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const { path: next, kind } of outputs[path].imports) {
      if (kind !== 'import-statement' || reached.has(next) || outputs[next] === undefined) continue;
      reached.add(next);
      waiting.push(next);
    }
  }
  return reached;
}

export async function packCommandLine(root, dist) {
  const folder = (name) => join(dist, 'chunks.part', name);
  const program = await programPack(root);
  const fromProgram = (path, file) =>
    path === 'commander' || PACKAGES.includes(path) ? path : program.files.get(file);
  const sources = { program: program.source };
  const packOfId = { ...PACK_OF };
  for (const [name, commands] of Object.entries(COMMANDS)) {
    const pack = await packOf(root, folder(name), commands, fromProgram, LATER[name]);
    Object.assign(sources, pack.sources);
    Object.assign(packOfId, pack.packOfId);
  }
  // a thread has nothing of the program
  const thread = await packOf(root, folder('side-worker'), ['side-worker'], () => undefined);
  Object.assign(sources, thread.sources);
  for (const name of PACKAGES)
    sources[name] = (await script(exporting([[name, name]]), root)).source;
  rmSync(join(dist, 'chunks.part'), { recursive: true });

  const code = join(dist, 'cli/code');
  mkdirSync(code, { recursive: true });
  const packs = {};
  for (const [name, source] of Object.entries(sources)) {
    // a name for each content: V8 holds what it compiled against the source's length only
    packs[name] = `${name}-${createHash('sha256').update(source).digest('hex').slice(0, 10)}`;
    writeFileSync(join(code, `${packs[name]}.js`), source);
  }
  await build({
    ...shared,
    entryPoints: {
      main: join(root, 'src/cli/start.ts'),
      'side-worker': join(root, 'src/cli/start-worker.ts'),
    },
    outdir: join(dist, 'cli'),
    format: 'cjs',
    define: { PACKS: JSON.stringify(packs), PACK_OF: JSON.stringify(packOfId) },
  });
  writeFileSync(join(dist, 'cli/package.json'), '{ "type": "commonjs" }\n');
  chmodSync(join(dist, 'cli/main.js'), 0o755);
}

/** Runs typical work, so that what it takes is compiled when a user starts. */
export function compilePacks(root, dist) {
  const main = join(dist, 'cli/main.js');
  const out = mkdtempSync(join(tmpdir(), 'pvflame-build-'));
  const recording = (name) => join(root, `fixtures/recordings/6.1/${name}.perf-script.txt.gz`);
  const packed = [recording('native'), recording('paravirt-unpatched')];
  // plain text is read another way
  const plain = packed.map((path, i) => {
    const file = join(out, `${i}.txt`);
    writeFileSync(file, gunzipSync(readFileSync(path)));
    return file;
  });
  const page = join(out, 'page.html');
  const outputs = ['html', 'json', 'txt'].flatMap((end) => ['-o', join(out, `report.${end}`)]);
  try {
    for (const args of [
      ['--help'],
      ['fold', packed[0]],
      ['fold', '-q', plain[0], '-o', join(out, 'folded')],
      [...packed, '-o', page, '-o', join(out, 'report.json')],
      [...plain, '-q', ...outputs],
      // outputs that are there are replaced
      [...plain, '-q', ...outputs],
      packed,
      ['extract', page],
    ]) {
      execFileSync(process.execPath, [join(root, 'scripts/compile-packs.mjs'), main, ...args], {
        // options of Node would be other flags of V8 than a user's
        env: { ...process.env, NODE_OPTIONS: '', PVFLAME_WORKERS: '1' },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    }
  } finally {
    rmSync(out, { recursive: true });
  }
}
