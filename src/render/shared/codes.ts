/**
 * The codes of the report document's enumerated columns. Spelled out here because the schema module
 * brings zod along, which must not reach the page; a unit test holds them to the schema.
 */
import type { Verdict } from '../../report/schema.js';

export const VERDICT_NAMES: readonly Verdict[] = [
  'more',
  'less',
  'within noise',
  'too little data',
];
export const VERDICT_NOISE = 2;
export const VERDICT_TOO_LITTLE = 3;

export const KIND_NAMES = [
  'root',
  'comm',
  'user',
  'kernel',
  'op',
  'callee',
  'wait',
  'entry',
] as const;
export const NODE_KIND_OP = 4;

/** Why a frame of a derived tree was not tested. */
export const TOGETHER_SEVERAL = 1;
export const TOGETHER_PART = 2;

/** What a kind is called in the details of a frame. */
export const KIND_TEXT: Readonly<Record<(typeof KIND_NAMES)[number], string>> = {
  root: 'everything',
  comm: 'process name',
  user: 'user space',
  kernel: 'kernel function',
  op: 'paravirt op',
  callee: 'code behind a paravirt op',
  wait: 'waiting, not paravirt cost',
  entry: 'interrupt or exception entry',
};
