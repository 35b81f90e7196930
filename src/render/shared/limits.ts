import type { Bucket, Report } from '../../report/schema.js';

/** What a bucket holds, in a few words. */
export const BUCKET_WORDS: Readonly<Record<Bucket, string>> = {
  call: 'out-of-line paravirt callees',
  site: "the sites' own bytes",
  wait: 'idle and lock waiting',
  deferred: 'spent before, interrupts off',
  caller: 'functions that contain sites',
  elsewhere: 'kernel code without a site',
  rest: 'all other kernel code',
  user: 'user space',
};

/** What the data behind a report cannot tell, a sentence each. */
export function limits(report: Report): string[] {
  const oneImage = report.warnings.some(({ code }) => code === 'same-kernel');
  const timer = report.base.timer || report.new.timer;
  const few = Math.min(report.base.runs.length, report.new.runs.length) < 2;
  return [
    ...(oneImage
      ? [
          'Both sides ran one image, so its layout is no cause; what differs is patching at boot, state at run time, or noise.',
        ]
      : [
          'Two builds differ in layout and alignment, and boots do not average that out: the numbers hold for these two images.',
          'A kernel without paravirt also lacks other options; part of the change may come from those.',
        ]),
    'Spills, code size and cache effects of paravirt sit in the callers, where samples cannot tell them from other growth.',
    ...(few ? ['One run a side: how much boots differ from one another is unknown.'] : []),
    ...(timer
      ? [
          'A timer event: code that runs with interrupts off is not sampled, and samples due there are taken later, in another function.',
        ]
      : []),
  ];
}

/** Why a site that samples show to run weighs nothing; undefined of any other. */
export function unweighed(report: Report, { op }: { op: string }): string | undefined {
  return report.siteWindow?.rule === 'timer' && op.startsWith('irq.')
    ? 'own bytes not weighed: a timer gathers there'
    : undefined;
}

/** How the weight at sites was told apart, in a clause. */
export const WINDOW_WORDS: Readonly<Record<NonNullable<Report['siteWindow']>['rule'], string>> = {
  'own-bytes': "a site's weight is that of its own bytes (precise event)",
  near: "a site's weight is that of the 16 bytes from its start (the event skids)",
  timer: "a site's weight is that of its own bytes, irq sites left out (timer)",
};

/** As a shell would need it, so that it can be pasted. `visible` makes what draws nothing readable. */
export function shellWord(word: string, visible: (text: string) => string): string {
  const seen = visible(word);
  return /^[\w@%+=:,./-]+$/.test(seen) ? seen : `'${seen.replaceAll("'", `'\\''`)}'`;
}
