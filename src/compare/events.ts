/** An event that cannot sample while interrupts are off: the software timers. */
export function isTimerEvent(event: string): boolean {
  return /^(?:cpu-clock|task-clock)(?::\w*)?$/.test(event);
}

/** An event whose addresses are those of the instruction itself: PEBS and IBS (`:p` to `:ppp`, `:P`). */
export function isPreciseEvent(event: string): boolean {
  // nothing but modifiers: a tracepoint's name may begin like one
  return /(?::|\/)[ukhGHSDIWeb]*[pP]+[ukhGHpPSDIWeb]*$/.test(event) || /^ibs_op\//.test(event);
}

/** What a weight of this event counts; nothing but cycles is ever called cycles. */
export function unitOf(event: string, hasPeriods: boolean): string {
  if (!hasPeriods) return 'samples';
  if (isTimerEvent(event)) return 'ns';
  const plain = event.replace(/:[ukhGHpPSDIWeb]+$/, '');
  const pmu = /^\w+\/([\w-]+)\/\w*$/.exec(plain)?.[1];
  const name = pmu ?? plain;
  if (/^(?:cpu-)?cycles$/.test(name)) return 'cycles';
  return name === '' ? 'event counts' : name;
}
