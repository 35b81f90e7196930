/**
 * A sample's first line in `perf script` text.
 *
 * Field order is fixed whatever the order of -F (tools/perf/builtin-script.c,
 * perf_sample__fprintf_start() and process_event(), Linux 6.1 and 6.12):
 *   [VM:%5d VCPU:%03d ]comm pid/tid [cpu] misc tod time: period event: rest
 * Every field may be missing, and comm may hold anything: spaces, digits, brackets, colons, even
 * something like a time stamp. So a line is never read by words: a callchain's sample line is read
 * from its end, others around the time stamp or the event's colon, and where two fields look alike
 * the width of the column tells them apart.
 */
export interface SampleLine {
  comm: string;
  /** -1 where the line does not say. */
  pid: number;
  tid: number;
  cpu: number;
  /** Seconds; NaN where the line does not say. */
  time: number;
  /** -1 where the line does not say. */
  period: number;
  /** "" where the line does not say. */
  event: string;
  /** What follows the event's colon, trimmed: a flat sample's ip, trace text, flags. */
  rest: string;
}

/** TASK_COMM_LEN is 16, workqueue workers may be longer; beyond this a line is no sample line. */
const LONGEST_TASK = 512;
/** Nothing before a sample's ip or trace text reaches further; event names may be long. */
const LONGEST_HEAD = 4096;

const TIME = /(?:^|\s)(\d+\.\d{6}(?:\d{3})?):(?=\s|$)/g;
const TIME_WORD = /^\d+\.\d{6}(?:\d{3})?:$/;
const TASK =
  /^(?:(.*\S)\s+)?(-?\d+)(?:\/(-?\d+))?(?:\s+\[(\d+)\])?(?:\s+[A-Za-z]{1,6})?(?:\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)?$/;
/** "VM:%5d VCPU:%03d ": a narrower number is a comm's. */
const GUEST = /^VM:(?: {4}\d| {3}\d{2}| {2}\d{3}| \d{4}|\d{5,}) (?:VCPU:\d+ )?(?!\[)/;
const COMM_ONLY = /^(.*?\S)(?:\s+\[(\d+)\])?$/;
const EVENT = /^\s*(?:(\d+)\s+)?(\S+):(?=\s|$)/;
/** "%10llu ": a period's column, wider than a thread id's. */
const PERIOD_WIDTH = 10;
const COMM_WIDTH = 16;
const TID_WIDTH = 5;
/** " %16llx ": a flat sample's ip with the blank before it. */
const IP_FIELD = /^ +[0-9a-f]{1,16}$/;
const IP_WIDTH = 17;

type Task = Pick<SampleLine, 'comm' | 'pid' | 'tid' | 'cpu'>;
type Happening = Pick<SampleLine, 'period' | 'event' | 'rest'>;

/** Reads a line with a time stamp or an event; undefined where it has neither or is no sample line. */
export function parseSampleLine(text: string): SampleLine | undefined {
  const line = text.startsWith('VM:') ? text.replace(GUEST, '') : text;
  const fromEnd = callchainLine(line);
  if (fromEnd !== undefined && (fromEnd.period >= 0 || !Number.isNaN(fromEnd.time))) return fromEnd;
  const timed = withTime(line);
  if (timed !== undefined && (fromEnd !== undefined || restIsIp(line, timed.rest))) return timed;
  const untimed = fromEnd ?? flatWithoutTime(line);
  // a comm may hold a time stamp where -F prints none: the ip's column then tells the event
  const settled =
    untimed !== undefined &&
    untimed.period >= 0 &&
    untimed.tid >= 0 &&
    restIsIp(line, untimed.rest);
  return settled ? untimed : (timed ?? untimed);
}

/** Whether what follows the event begins in the column of a flat sample's ip. */
function restIsIp(line: string, rest: string): boolean {
  const digits = /^[0-9a-f]{1,16}(?= |$)/.exec(rest)?.[0].length;
  if (digits === undefined) return false;
  const start = line.trimEnd().length - rest.length;
  return ipColumn(line.slice(0, start + digits), start + digits - IP_WIDTH) >= 0;
}

/**
 * The forms that neither time nor event marks (`-F comm,ip,sym`, `-F comm,tid,ip,sym`,
 * `-F comm,period,ip,sym`): nothing but the task. Only the frames that follow tell that it is a
 * sample line, so the reader asks for it last.
 */
export function parseBareLine(text: string): SampleLine | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > LONGEST_TASK) return undefined;
  return bareLine(text.trimEnd(), '');
}

/** The same forms without a callchain: the ip follows in its own column. */
export function parseBareFlatLine(text: string): SampleLine | undefined {
  const ip = ipColumn(text, 0);
  return ip < 0 ? undefined : bareLine(text.slice(0, ip).trimEnd(), text.slice(ip).trim());
}

function bareLine(line: string, rest: string): SampleLine | undefined {
  const { before, period } = splitPeriod(line);
  const left = before.trim();
  const task = (endsInTask(before) ? parseTask(left) : undefined) ?? commOnly(left) ?? noTask(left);
  return { ...task, time: NaN, period, event: '', rest };
}

/** "%5d " (until 6.12, then "%7d "): a number in a narrower column belongs to the comm. */
function endsInTask(text: string): boolean {
  const line = text.trimEnd().replace(/ \[\d+\]$/, '');
  const [before, word] = lastWord(line);
  const alone = before.trim() === '';
  const width = line.trimEnd().length - before.trimEnd().length - (alone ? 0 : 1);
  const isNumber = /^-?\d+$/.test(word) && width >= TID_WIDTH && !(alone && width === COMM_WIDTH);
  return isNumber || /^-?\d+\/-?\d+$/.test(word);
}

/**
 * A line that ends with its event's colon, or with the time's, or with a period behind the time:
 * read from the end, so that nothing in the comm can be taken for a field.
 */
function callchainLine(line: string): SampleLine | undefined {
  const trimmed = line.trimEnd();
  if (!trimmed.endsWith(':') || trimmed.length > LONGEST_HEAD) return undefined;
  const [head, word] = lastWord(trimmed);
  if (TIME_WORD.test(word)) {
    const task = taskOf(head);
    return { ...task, time: Number(word.slice(0, -1)), period: -1, event: '', rest: '' };
  }
  const event = word.slice(0, -1);
  if (event === '') return undefined;
  const [beforeNumber, number] = lastWord(head);
  const [beforeTime, time] = lastWord(/^\d+$/.test(number) ? beforeNumber : head);
  if (TIME_WORD.test(time)) {
    const period = /^\d+$/.test(number) ? Number(number) : -1;
    return { ...taskOf(beforeTime), time: Number(time.slice(0, -1)), period, event, rest: '' };
  }
  const { before, period } = splitPeriod(head);
  if (before.length > LONGEST_TASK) return undefined;
  return { ...taskOf(before), time: NaN, period, event, rest: '' };
}

/** Takes a period off the end where the width of the number's column says that it is one. */
function splitPeriod(text: string): { before: string; period: number } {
  const line = text.trimEnd();
  const [before, digits] = lastWord(line);
  const width = line.length - before.trimEnd().length - (before.trim() === '' ? 0 : 1);
  // a number alone in "%16s " is a flat sample's comm
  const isComm = before.trim() === '' && width === COMM_WIDTH && digits.length < PERIOD_WIDTH;
  const isPeriod = /^\d+$/.test(digits) && width >= PERIOD_WIDTH && !isComm;
  return isPeriod ? { before, period: Number(digits) } : { before: line, period: -1 };
}

function withTime(line: string): SampleLine | undefined {
  const head = line.slice(0, LONGEST_TASK + 64);
  const found: SampleLine[] = [];
  for (const anchor of head.matchAll(TIME)) {
    const left = line.slice(0, anchor.index).trim();
    if (left.length > LONGEST_TASK) break;
    const happening = parseHappening(line.slice(anchor.index + anchor[0].length));
    if (happening === undefined) continue;
    found.push({ ...taskOf(left), ...happening, time: Number(anchor[1]) });
  }
  // a comm may hold a time stamp too: the sample's own is followed by the event
  return (
    found.find((s) => s.tid >= 0 && s.event !== '') ??
    found.find((s) => s.event !== '') ??
    found.find((s) => s.tid !== -1) ??
    found[0]
  );
}

/** A flat sample or a tracepoint without a time stamp: around the event's colon. */
function flatWithoutTime(line: string): SampleLine | undefined {
  const head = line.slice(0, LONGEST_HEAD).trimEnd();
  let first: SampleLine | undefined;
  for (const colon of head.matchAll(/(?:^| )(\S+):(?= )/g)) {
    if (colon.index > LONGEST_TASK) break;
    const event = colon[1] ?? '';
    if (TIME_WORD.test(`${event}:`)) continue;
    const after = line.slice(colon.index + colon[0].length);
    const { before, period } = splitPeriod(line.slice(0, colon.index));
    const task = parseTask(before.trim());
    const sample = (t: Task) => ({ ...t, time: NaN, period, event, rest: after.trim() });
    // the ip's column settles it, whatever colons the comm has
    if (ipColumn(after, 1) === 1) return sample(task ?? taskOf(before));
    if (task !== undefined) first ??= sample(task);
  }
  return first;
}

function parseHappening(right: string): Happening | undefined {
  if (right.trim() === '') return { period: -1, event: '', rest: '' };
  const event = EVENT.exec(right);
  if (event !== null && !TIME_WORD.test(`${event[2] ?? ''}:`)) {
    return {
      period: event[1] === undefined ? -1 : Number(event[1]),
      event: event[2] ?? '',
      rest: right.slice(event[0].length).trim(),
    };
  }
  const period = /^\s*(\d+)\s*$/.exec(right);
  if (period !== null) return { period: Number(period[1]), event: '', rest: '' };
  const beforeIp = /^ *(\d+) (?= )/.exec(right);
  if (beforeIp !== null && ipColumn(right, beforeIp[0].length) === beforeIp[0].length) {
    const rest = right.slice(beforeIp[0].length).trim();
    return { period: Number(beforeIp[1]), event: '', rest };
  }
  return /^\s*[0-9a-f]+(?: \S|\s*$)/.test(right)
    ? { period: -1, event: '', rest: right.trim() }
    : undefined;
}

/** Where the first " %16llx" column at or behind `from` begins; -1 where there is none. */
function ipColumn(text: string, from: number): number {
  const last = Math.min(text.length - IP_WIDTH, LONGEST_TASK);
  for (let at = Math.max(from, 0); at <= last; at++) {
    const after = text[at + IP_WIDTH];
    if (text[at] !== ' ' || (after !== undefined && after !== ' ')) continue;
    if (IP_FIELD.test(text.slice(at, at + IP_WIDTH))) return at;
  }
  return -1;
}

function lastWord(text: string): [before: string, word: string] {
  const line = text.trimEnd();
  const cut = Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t'));
  return [line.slice(0, Math.max(cut, 0)), line.slice(cut + 1)];
}

function taskOf(left: string): Task {
  const task = left.trim();
  return parseTask(task) ?? commOnly(task) ?? noTask(task);
}

function parseTask(left: string): Task | undefined {
  if (left.length > LONGEST_TASK) return undefined;
  const task = TASK.exec(left);
  if (task === null) return undefined;
  const pid = Number(task[2]);
  return {
    comm: task[1] === undefined ? '' : task[1].trimStart(),
    // perf's default is the thread alone; it then stands for the process too
    pid: task[3] === undefined ? -1 : pid,
    tid: task[3] === undefined ? pid : Number(task[3]),
    cpu: task[4] === undefined ? -1 : Number(task[4]),
  };
}

function commOnly(left: string): Task | undefined {
  const cpuAlone = /^\[(\d+)\]$/.exec(left);
  if (cpuAlone !== null) return { ...noTask(''), cpu: Number(cpuAlone[1]) };
  const task = left.length > LONGEST_TASK ? null : COMM_ONLY.exec(left);
  if (task === null) return undefined;
  return {
    comm: (task[1] ?? '').trimStart(),
    pid: -1,
    tid: -1,
    cpu: task[2] === undefined ? -1 : Number(task[2]),
  };
}

function noTask(left: string): Task {
  return { comm: left, pid: -1, tid: -1, cpu: -1 };
}
