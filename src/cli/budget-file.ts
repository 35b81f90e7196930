import type { Document, LineCounter, Node } from 'yaml';
import * as z from 'zod';
import type { BudgetEntry } from '../compare/index.js';
import { globMatches } from '../compare/index.js';
import { inputError, UserError } from '../errors.js';
import { BUCKETS } from '../report/schema.js';
import { printable } from './printable.js';
import { readSmallFile } from './small-file.js';

const PERCENT = "a percentage of the base total, 0 or more: 0.2 or '0.2%'";

/** "0.2%", "0.2 %", "0.2" or 0.2; 0 or more. */
const limit = z.unknown().transform((given, context) => {
  const text = typeof given === 'number' ? String(given) : given;
  const number =
    typeof text === 'string' && /^\d+(?:\.\d+)?(?:e-?\d+)? ?%?$/.test(text.trim())
      ? Number.parseFloat(text)
      : NaN;
  if (Number.isFinite(number)) return number;
  context.addIssue({ code: 'custom', message: `is ${shown(given)}, but takes ${PERCENT}` });
  return z.NEVER;
});

const pattern = z.string().min(1).max(1000);
const patterns = z.union([pattern.transform((one) => [one]), z.array(pattern).min(1)], {
  error: (issue) =>
    `is ${shown(issue.input)}, but takes a pattern such as 'mmu.*', or a list of them`,
});

const ROW_TARGETS = ['bucket', 'op', 'function', 'site'] as const;
const KEYS = 'total, bucket, op, function or site, and limit, of';

const entry = z
  .strictObject(
    {
      total: limit.optional(),
      bucket: patterns.optional(),
      op: patterns.optional(),
      function: patterns.optional(),
      site: patterns.optional(),
      limit: limit.optional(),
      of: z
        .enum(['each', 'sum'], {
          error: (issue) => `is ${shown(issue.input)}, but takes 'each' or 'sum'`,
        })
        .optional(),
    },
    { error: (issue) => objectMessage(issue, `an entry with the keys ${KEYS}`) },
  )
  .transform((given, context): BudgetEntry => {
    const fail = (message: string, path: string[] = []) => {
      context.addIssue({ code: 'custom', message, path });
      return z.NEVER;
    };
    const targets = ROW_TARGETS.filter((target) => given[target] !== undefined);
    if (targets.length + (given.total === undefined ? 0 : 1) !== 1)
      return fail('takes exactly one of total, bucket, op, function, site');
    if (given.total !== undefined) {
      if (given.limit !== undefined || given.of !== undefined)
        return fail("is about the total, which takes no limit or of: write 'total: 0.5%'");
      return { target: 'total', match: [], of: 'each', limit: given.total };
    }
    const target = targets[0] ?? 'op';
    const match = given[target] ?? [];
    if (given.limit === undefined) return fail(`needs a limit: ${PERCENT}`);
    if (target === 'bucket') {
      const odd = match.find((glob) => !BUCKETS.some((bucket) => globMatches(glob, bucket)));
      if (odd !== undefined)
        return fail(`${shown(odd)} is none of ${BUCKETS.join(', ')}`, ['bucket']);
    }
    return { target, match, of: given.of ?? 'each', limit: given.limit };
  });

const fileSchema = z.strictObject(
  {
    budget: z
      .array(entry, { error: (issue) => `is ${shown(issue.input)}, but takes a list of entries` })
      .min(1, 'is empty'),
  },
  { error: (issue) => objectMessage(issue, "a mapping with the key 'budget'") },
);

function objectMessage(issue: z.core.$ZodRawIssue, wanted: string): string {
  if (issue.code === 'unrecognized_keys')
    return `has the unknown key ${issue.keys.map(shown).join(', ')}; it takes ${wanted}`;
  return `is ${shown(issue.input)}, but takes ${wanted}`;
}

/** A value in an error message, short and on one line. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `'${printable(value)}'`;
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  return printable(String(value));
}

/**
 * Reads a budget file, YAML or JSON (docs/cli.md). Throws UserError (exit status 3) that names file, line
 * and key.
 */
export async function readBudgetFile(path: string): Promise<BudgetEntry[]> {
  const text = readSmallFile(path, 'a budget file').toString('utf8');
  const { parseDocument, visit, LineCounter } = await import('yaml');
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      // its warnings would go to stderr by themselves
      logLevel: 'error',
      lineCounter: lines,
      prettyErrors: false,
    });
    const [fault] = document.errors;
    if (fault !== undefined) {
      const { line } = lines.linePos(fault.pos[0]);
      throw inputError(`${path}:${line}`, `not YAML: ${printable(fault.message, 160)}`, ADVICE);
    }
    visit(document, {
      Alias(_key, node) {
        if (node.resolve(document) !== undefined) return;
        const { line } = lines.linePos(node.range?.[0] ?? 0);
        throw inputError(
          `${path}:${line}`,
          `*${printable(node.source)} is an alias of nothing`,
          'put a pattern that begins with * in quotes',
        );
      },
    });
    const parsed = fileSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
    if (parsed.success) return parsed.data.budget;
    const issue = parsed.error.issues[0];
    if (issue === undefined) throw new Error('zod refuses without an issue');
    throw inputError(
      `${path}:${lineOf(document, lines, issue)}`,
      `${keyOf(issue.path)} ${issue.message}`,
      ADVICE,
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    // lists nested a thousand deep, aliases of aliases: the YAML library gives up on these by throwing
    if (error instanceof RangeError || error instanceof ReferenceError)
      throw inputError(path, 'nested too deeply, or with too many aliases', ADVICE, error);
    throw error;
  }
}

const ADVICE = 'docs/cli.md shows a budget file';

/** "budget[2].limit" */
function keyOf(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

/** The line of the nearest node that is there: of an unknown key its own, of a missing one its mapping's. */
function lineOf(document: Document, lines: LineCounter, issue: z.core.$ZodIssue): number {
  const path = [
    ...issue.path,
    ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
  ];
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | null | undefined;
    const start = node?.range?.[0];
    if (start !== undefined) return lines.linePos(start).line;
  }
  return 1;
}
