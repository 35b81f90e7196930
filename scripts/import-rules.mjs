// Which file of src/ may import what (docs/architecture.md), as one rule for ESLint: static and dynamic imports, exports
// from and types alike.
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/** The one direction of the data: a folder may import itself and what stands before it. */
export const ORDER = [
  'ingest',
  'profile',
  'paravirt',
  'compare',
  'report',
  'render',
  'page',
  'cli',
];
/** What renderers and the page have no use for: the report document says it all. */
const COMPUTING = ['ingest', 'profile', 'paravirt', 'compare'];

/** Modules that reach files, processes and the network. */
const IO = new Set(['fs', 'child_process', 'net', 'http', 'https', 'http2', 'tls', 'dgram', 'dns']);
/** Files and folders (ending in a slash) that do: the command line, sources of recordings, readers of images. */
const EDGE = [
  /^cli\//,
  /^ingest\/(?:source[\w-]*|perf-data[\w-]*|perf-build-id|zstd[\w-]*|wasm)\.ts$/,
  /^paravirt\/image\//,
  // the tool's own files, not a user's
  /^render\/html\/assets\.ts$/,
  /^this-node\.ts$/,
];

const folderOf = (place) => (place.includes('/') ? place.slice(0, place.indexOf('/')) : null);
const isInside = (place, folder) => place === folder || place.startsWith(`${folder}/`);

/**
 * Why a file must not import another one, both by their places in src/; null where it may. `isType`: only types are
 * taken.
 */
function againstDirection(from, to, isType) {
  const [own, other] = [folderOf(from), folderOf(to)];
  if (isInside(from, 'compare/stats') && !isInside(to, 'compare/stats'))
    return 'compare/stats is arithmetic on numbers, and imports nothing';
  if (other === null || own === other) return null;
  if (own === null) return 'the files at the top of src/ serve every folder, and import none';
  if ((own === 'render' || own === 'page') && COMPUTING.includes(other))
    return `${own} reads the report document and nothing else`;
  if (ORDER.indexOf(other) > ORDER.indexOf(own))
    return `data flows ${ORDER.join(' -> ')}; ${own} may not look downstream`;
  if (own === 'page' && other === 'render' && !isInside(to, 'render/shared'))
    return 'of render the page takes what is shared: all else runs in Node';
  if (own === 'page' && other === 'report' && !isType)
    return 'the page takes types of the report only: its schemas are not for the browser';
  return null;
}

function ofBuiltin(from, specifier) {
  const name = specifier.replace(/^node:/, '');
  if (!specifier.startsWith('node:') && !builtinModules.includes(name)) return null;
  if (folderOf(from) === 'page') return 'the page runs in a browser';
  if (!IO.has(name.replace(/\/.*/, '')) || EDGE.some((edge) => edge.test(from))) return null;
  return `files, processes and the network are reached at the edge: src/cli, sources, readers of images`;
}

/** Whether all that a declaration takes is types. */
function takesTypes(node) {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const parts = node.specifiers ?? [];
  return (
    parts.length > 0 &&
    parts.every((part) => part.importKind === 'type' || part.exportKind === 'type')
  );
}

const rule = {
  meta: { type: 'problem', schema: [], messages: { no: '{{ why }}' } },
  create(context) {
    const src = join(context.cwd, 'src');
    const from = relative(src, context.filename).split(sep).join('/');
    const check = (node, source, isType) => {
      const literal = source?.type === 'TSLiteralType' ? source.literal : source;
      const specifier =
        literal?.type === 'Literal' && typeof literal.value === 'string' ? literal.value : null;
      let why;
      if (specifier === null)
        why = from.startsWith('cli/') ? null : 'what is imported must be seen: give a plain text';
      else if (specifier.startsWith('.')) {
        const to = relative(src, join(dirname(context.filename), specifier));
        why = againstDirection(from, to.split(sep).join('/'), isType);
      } else why = ofBuiltin(from, specifier);
      if (why !== null) context.report({ node, messageId: 'no', data: { why } });
    };
    const declared = (node) => {
      if (node.source) check(node, node.source, takesTypes(node));
    };
    return {
      ImportDeclaration: declared,
      ExportNamedDeclaration: declared,
      ExportAllDeclaration: declared,
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source ?? node.argument, true),
    };
  },
};

export const importRules = { rules: { direction: rule } };
