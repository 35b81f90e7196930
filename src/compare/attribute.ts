import type { SideWeights } from './columns.js';

/** Ledger buckets; without images `rest` takes the place of site, caller and elsewhere. */
export const LEDGER_BUCKETS = [
  'call',
  'site',
  'wait',
  'deferred',
  'caller',
  'elsewhere',
  'rest',
  'user',
] as const;
export type LedgerBucket = (typeof LEDGER_BUCKETS)[number];

/** A call site: by index in the image's site table, or as callers' return addresses show it. */
export type SiteRef = { index: number } | { seen: SeenSite };

/** A call site as samples alone show it: a caller, an op, and the return address in the caller. */
export interface SeenSite {
  function: string;
  dso: string;
  symbol: string;
  op: string;
  returnOffset: number;
}

export interface Attribution {
  bucket: LedgerBucket;
  /** The op that the sample belongs to; only with buckets `call` and `site`. */
  op: string | undefined;
  site: SiteRef | undefined;
}

const PLAIN = new Map(
  LEDGER_BUCKETS.map((bucket): [LedgerBucket, Attribution] => [
    bucket,
    { bucket, op: undefined, site: undefined },
  ]),
);

/** A bucket without op or site: one object each, since nearly all samples are such. */
export function plainly(bucket: LedgerBucket): Attribution {
  return PLAIN.get(bucket) ?? { bucket, op: undefined, site: undefined };
}

/** Attributes a side's samples, a stack at a time. */
export interface Attributor {
  attribute(leaf: number): Attribution;
  /** Whether a frame is the callee of no op, whatever stands above it. */
  isPlain(frame: number): boolean;
  /** The op whose callee a node is: its frame stands under the op's frame in the graph. */
  calleeOp(node: number): string | undefined;
}

/** What a side's samples belong to, by stack node; -1 at nodes without samples, and where there is none. */
export interface Attributed {
  /** Index in `LEDGER_BUCKETS`. */
  bucket: Int32Array;
  /** Index in `ops`. */
  op: Int32Array;
  /** Index in the image's site table; without images in `seen`. */
  site: Int32Array;
  ops: string[];
  /** In the order of the samples' stacks. */
  seen: SeenSite[];
}

/** Attributes each stack once, however often it is asked for afterwards. */
export function attributeNodes(
  { size, node }: SideWeights,
  nodes: number,
  attributor: Attributor,
): Attributed {
  const bucket = new Int32Array(nodes).fill(-1);
  const op = new Int32Array(nodes).fill(-1);
  const site = new Int32Array(nodes).fill(-1);
  const codes = new Map(LEDGER_BUCKETS.map((name, code) => [name, code]));
  const ops = new Map<string, number>();
  const seen = new Map<string, { site: SeenSite; id: number }>();
  let last: Attribution | undefined;
  let code = -1;
  for (let i = 0; i < size; i++) {
    const at = node[i] ?? 0;
    if (bucket[at] !== -1) continue;
    const found = attributor.attribute(at);
    // one plain bucket follows another, mostly the same
    if (found !== last) {
      last = found;
      code = codes.get(found.bucket) ?? -1;
    }
    bucket[at] = code;
    if (found.op === undefined) continue;
    op[at] = idOf(ops, found.op);
    if (found.site === undefined) continue;
    if ('index' in found.site) {
      site[at] = found.site.index;
      continue;
    }
    const key = siteKey(found.site.seen);
    const known = seen.get(key) ?? { site: found.site.seen, id: seen.size };
    seen.set(key, known);
    site[at] = known.id;
  }
  return { bucket, op, site, ops: [...ops.keys()], seen: [...seen.values()].map((s) => s.site) };
}

function idOf(ids: Map<string, number>, text: string): number {
  const id = ids.get(text) ?? ids.size;
  ids.set(text, id);
  return id;
}

/** Sites of one function and op are told apart by their return address. */
function siteKey({ dso, function: name, op, returnOffset, symbol }: SeenSite): string {
  return [dso, name, op, returnOffset, symbol].join('\0');
}
