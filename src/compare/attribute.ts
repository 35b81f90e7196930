/** Ledger buckets; without images `rest` takes the place of site, caller and elsewhere. */
export type LedgerBucket =
  'call' | 'site' | 'wait' | 'deferred' | 'caller' | 'elsewhere' | 'rest' | 'user';

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

export const plainly = (bucket: LedgerBucket): Attribution => ({
  bucket,
  op: undefined,
  site: undefined,
});

/** Attributes a side's samples, a stack at a time. */
export interface Attributor {
  attribute(leaf: number): Attribution;
  /** The op whose callee a node is: its frame stands under the op's frame in the graph. */
  calleeOp(node: number): string | undefined;
}
